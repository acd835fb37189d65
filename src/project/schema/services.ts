import { httpCheckKeys, MACHINE_CHECKS, tcpCheckKeys } from "./checks.ts";
import {
  ANY,
  FLAG,
  integer,
  type Keys,
  key,
  map,
  port,
  retired,
  table,
  tables,
  TEXT,
  TEXTS,
  union,
  word,
} from "./kinds.ts";

const LIMITS = table({
  type: key(TEXT, "What is counted: connections or requests", {
    default: "connections",
    becomes: "config.services[].concurrency.type",
  }),
  soft_limit: key(integer(), "Load from which on other machines are preferred", {
    default: "20",
    becomes: "config.services[].concurrency.soft_limit",
  }),
  hard_limit: key(integer(), "Load at which a machine gets nothing more", {
    default: "no limit",
    becomes: "config.services[].concurrency.hard_limit",
  }),
});

const TLS_OPTIONS = table({
  alpn: key(TEXTS, "Protocols that are offered in the TLS handshake", { default: 'h2 and "http/1.1"' }),
  versions: key(TEXTS, "Versions of TLS that are accepted", { default: "TLSv1.2 and TLSv1.3" }),
  default_self_signed: key(FLAG, "Whether a self-signed certificate is used for unknown names", { default: "false" }),
});

const HEADER_VALUE = union("a text, a list of texts, or false", TEXT, TEXTS, FLAG);

const HTTP_OPTIONS = table({
  compress: key(FLAG, "Whether answers are compressed", { default: "false" }),
  h2_backend: key(FLAG, "Whether the program is spoken to with HTTP/2 without TLS", { default: "false" }),
  idle_timeout: key(integer(), "Seconds without traffic after which a connection is closed", { default: "60" }),
  headers_read_timeout: key(integer(), "Seconds that the head of a request may take"),
  response: key(
    table({
      headers: key(map("NAME", HEADER_VALUE), "Header fields that are set on each answer; false removes one"),
      pristine: key(FLAG, "Whether the platform's own header fields are left out", { default: "false" }),
    }),
    "What is changed in answers",
  ),
  replay_cache: key(
    tables(
      {
        path_prefix: key(TEXT, "Paths that it holds for"),
        ttl_seconds: key(integer(), "Seconds that a decision is remembered"),
        type: key(word("cookie", "header"), "What tells clients apart"),
        name: key(TEXT, "Name of the cookie or header"),
        allow_bypass: key(FLAG, "Whether a client may ask for a fresh decision"),
      },
      { single: "tolerated" },
    ),
    "Remembers where requests were replayed to",
  ),
});

const PROXY_PROTO_OPTIONS = table({
  version: key(TEXT, "Version of the PROXY protocol", { default: "v1" }),
});

const handedOn = (name: string): { becomes: string } => ({ becomes: `config.services[].ports[].${name}` });

const PORT_KEYS: Keys = {
  port: key(port(true), "Public port", handedOn("port")),
  start_port: key(port(), "First port of a range", handedOn("start_port")),
  end_port: key(port(), "Last port of a range", handedOn("end_port")),
  handlers: key(
    { type: "texts", one: "tolerated" },
    "What the edge does with a connection: http, tls, pg_tls, proxy_proto, edge_http",
    { default: "none: bytes are passed on", ...handedOn("handlers") },
  ),
  force_https: key(FLAG, "Whether plain HTTP is redirected to HTTPS", {
    default: "false",
    ...handedOn("force_https"),
  }),
  tls_options: key(TLS_OPTIONS, "How TLS is spoken", handedOn("tls_options")),
  http_options: key(HTTP_OPTIONS, "How HTTP is spoken", handedOn("http_options")),
  proxy_proto_options: key(PROXY_PROTO_OPTIONS, "How the PROXY protocol is spoken", handedOn("proxy_proto_options")),
};

const AUTOSTOP = union('"off", "stop", "suspend", true or false', FLAG, word("off", "stop", "suspend"));

const SCALING: Keys = {
  auto_stop_machines: key(AUTOSTOP, "What happens to machines that have nothing to do", {
    default: "off",
    becomes: 'config.services[].autostop: false, true or "suspend"',
  }),
  auto_start_machines: key(FLAG, "Whether a request wakes a stopped machine", {
    default: "true",
    becomes: "config.services[].autostart",
  }),
  min_machines_running: key(integer(), "Machines in the primary region that are not stopped", {
    default: "0",
    becomes: "config.services[].min_machines_running",
  }),
  processes: key({ type: "texts", one: "tolerated" }, "Process groups that serve it", {
    default: "the default group; required where [processes] has several",
  }),
  machine_checks: key(MACHINE_CHECKS, "Programs that are run in a machine of their own before a deploy goes on"),
};

/** `[http_service]` */
export const HTTP_SERVICE = table({
  internal_port: key(port(), "Port that the program listens on", {
    default: "8080",
    becomes: "config.services[0].internal_port",
  }),
  force_https: key(FLAG, "Whether plain HTTP is redirected to HTTPS", {
    default: "false",
    becomes: "config.services[0].ports[0].force_https",
  }),
  ...SCALING,
  concurrency: key(LIMITS, "When a machine counts as loaded and as full", {
    becomes: "config.services[0].concurrency",
  }),
  tls_options: key(TLS_OPTIONS, "How TLS is spoken", { becomes: "config.services[0].ports[1].tls_options" }),
  http_options: key(HTTP_OPTIONS, "How HTTP is spoken", { becomes: "config.services[0].ports[].http_options" }),
  checks: key(
    tables(httpCheckKeys("nanoseconds"), { single: "tolerated" }),
    "Requests that a machine has to answer before it gets traffic",
    { becomes: "config.services[0].checks" },
  ),
});

/** `[[services]]` */
export const SERVICES = tables(
  {
    protocol: key({ type: "text", words: ["tcp", "udp"], empty: "absent" }, "Protocol of the service", {
      default: "tcp",
      becomes: "config.services[].protocol",
    }),
    internal_port: key({ type: "integer", min: 0, max: 65_535, asText: true }, "Port that the program listens on", {
      default: "8080",
      becomes: "config.services[].internal_port",
    }),
    ...SCALING,
    concurrency: key(
      union("a table with type, soft_limit and hard_limit", LIMITS, {
        type: "text",
        pattern: /^\s*\d+\s*,\s*\d+\s*$/u,
      }),
      'When a machine counts as loaded and as full; "20,25" is the older form of soft and hard limit',
      { becomes: "config.services[].concurrency" },
    ),
    ports: key(tables(PORT_KEYS), "Public ports", { becomes: "config.services[].ports" }),
    tcp_checks: key(tables(tcpCheckKeys("milliseconds")), "Connections that a machine has to accept", {
      becomes: "config.services[].checks, before the HTTP checks",
    }),
    http_checks: key(tables(httpCheckKeys("milliseconds")), "Requests that a machine has to answer", {
      becomes: "config.services[].checks",
    }),
    script_checks: retired("checks by script are no longer run"),
    name: key(ANY, "A note for people"),
  },
  { skipEmpty: true },
);
