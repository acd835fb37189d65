import {
  duration,
  FLAG,
  retired,
  type Keys,
  key,
  map,
  port,
  SCALAR,
  table,
  tables,
  TEXT,
  TEXTS,
  union,
} from "./kinds.ts";

/** `headers` of a check: a table of names and values, or a list of `{name, value}`. */
const HEADERS = union(
  "a table of names and values",
  map("NAME", SCALAR),
  tables({
    name: key(TEXT, "Name of the header"),
    value: key(SCALAR, "Value of the header"),
  }),
);

type BareUnit = "milliseconds" | "nanoseconds";

function timing(bare: BareUnit, becomes: string): Keys {
  return {
    interval: key(duration(bare), "Time between two runs of the check", {
      default: "15s",
      becomes: `${becomes}.interval`,
    }),
    timeout: key(duration(bare), "Time after which a run has failed", { default: "2s", becomes: `${becomes}.timeout` }),
    grace_period: key(duration(bare), "Time after the start of a machine in which failures do not count", {
      default: "1s",
      becomes: `${becomes}.grace_period`,
    }),
    restart_limit: retired("machines are not restarted because of failing checks"),
  };
}

function request(becomes: string): Keys {
  return {
    method: key(TEXT, "Method of the request", { default: "GET", becomes: `${becomes}.method` }),
    path: key(TEXT, "Path of the request", { default: "/", becomes: `${becomes}.path` }),
    protocol: key(
      { type: "text", words: ["http", "https"], empty: "absent", unlisted: "warning" },
      "Whether the request is sent over TLS",
      {
        default: "http",
        becomes: `${becomes}.protocol`,
      },
    ),
    tls_skip_verify: key(FLAG, "Whether any certificate will do", {
      default: "false",
      becomes: `${becomes}.tls_skip_verify`,
    }),
    tls_server_name: key(TEXT, "Name to ask for in the TLS handshake", { becomes: `${becomes}.tls_server_name` }),
    headers: key(HEADERS, "Header fields of the request", { becomes: `${becomes}.headers` }),
  };
}

/** A check of a service that connects. */
export const tcpCheckKeys = (bare: BareUnit): Keys => ({
  ...timing(bare, "config.services[].checks[]"),
  // Written by people who took the keys of the other kind; the platform's own tool passes over them.
  type: retired("the name of the list says it"),
});

/** A check of a service that asks. */
export const httpCheckKeys = (bare: BareUnit): Keys => ({
  ...timing(bare, "config.services[].checks[]"),
  ...request("config.services[].checks[]"),
  type: retired("the name of the list says it"),
});

/** `[[machine_checks]]`: a program that is run in a machine of its own. */
export const MACHINE_CHECKS = tables(
  {
    command: key({ type: "texts", one: "tolerated" }, "Program and arguments of the check"),
    image: key(TEXT, "Image to run it in", { default: "the image of the app" }),
    entrypoint: key({ type: "texts", one: "tolerated" }, "Replaces the entry point of the image"),
    kill_signal: key(TEXT, "Signal that ends the program"),
    kill_timeout: key(duration("nanoseconds"), "Time that the program has to end after the signal"),
  },
  { single: "tolerated" },
);

/** `[checks.NAME]` */
export const CHECKS = {
  type: "named",
  item: table({
    ...timing("milliseconds", "config.checks.NAME"),
    ...request("config.checks.NAME"),
    name: key(TEXT, "Name of the check, where checks are written as a list"),
    type: key({ type: "text", words: ["http", "tcp"] }, "Whether the check asks or only connects", {
      becomes: "config.checks.NAME.type",
    }),
    port: key(port(true), "Port that is checked", {
      default: "internal_port of [http_service]",
      becomes: "config.checks.NAME.port",
    }),
    processes: key(TEXTS, "Process groups whose machines are checked", { default: "the default group" }),
  }),
} as const;
