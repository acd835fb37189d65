// HAProxy, told to do what the edge does to each message's head.
import { HOST } from "./load.ts";

export interface HaproxyInput {
  readonly port: number;
  readonly securePort: number;
  readonly appPort: number;
  /** PEM file with the key and the certificate. */
  readonly certificate: string;
}

const HEAD_WORK = `
  unique-id-format %{+X}o%Ts%rt%ci%cp
  http-request del-header fly- -m beg
  http-request set-header fly-client-ip %[src]
  http-request set-header fly-forwarded-port %[dst_port]
  http-request set-header fly-forwarded-proto http
  http-request set-header fly-forwarded-ssl off
  http-request set-header fly-region iad
  http-request set-header fly-request-id %[unique-id]
  http-request set-header via "1.1 fly.io"
  http-request add-header x-forwarded-for "%[src], %[dst]"
  http-request set-header x-forwarded-port %[dst_port]
  http-request set-header x-forwarded-proto http
  http-request set-header x-forwarded-ssl off
  http-request set-header x-request-start t=%[date(0,us)]
  http-response set-status 502 if { res.hdr(fly-replay) -m found }
  http-response set-header server HAProxy
  http-response add-header via "1.1 fly.io"
  http-response set-header fly-request-id %[unique-id]
  use_backend app if { req.hdr(host),lower -m str ${HOST} }`;

export function haproxyConfig({ port, securePort, appPort, certificate }: HaproxyInput): string {
  return `
global
  nbthread 1
  maxconn 16384
  no strict-limits
  tune.ssl.default-dh-param 2048
  ssl-default-bind-ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256
defaults
  mode http
  timeout client 75s
  timeout server 75s
  timeout connect 5s
  timeout http-request 30s
frontend plain
  bind 127.0.0.1:${port} backlog 4096${HEAD_WORK}
frontend secure
  bind 127.0.0.1:${securePort} backlog 4096 ssl crt ${certificate} alpn h2,http/1.1${HEAD_WORK}
backend app
  balance leastconn
  http-reuse always
  server app 127.0.0.1:${appPort} pool-max-conn 512
`;
}
