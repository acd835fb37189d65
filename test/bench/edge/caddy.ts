// Caddy, with the header work of the others as far as it has words for it.
import { HOST } from "./load.ts";

export function caddyConfig({ port, appPort }: { readonly port: number; readonly appPort: number }): string {
  return `
{
  admin off
  auto_https off
}
http://${HOST}:${port} {
  bind 127.0.0.1
  header Via "1.1 fly.io"
  header Fly-Request-Id {http.request.uuid}
  reverse_proxy 127.0.0.1:${appPort} {
    header_up -Fly-*
    header_up Fly-Client-Ip {remote_host}
    header_up Fly-Forwarded-Port ${port}
    header_up Fly-Forwarded-Proto {scheme}
    header_up Fly-Region iad
    header_up Fly-Request-Id {http.request.uuid}
    header_up X-Forwarded-Port ${port}
    header_up X-Request-Start t={time.now.unix_ms}
  }
}
`;
}
