// Pure: a machine's services and statics, from the API's words into the world's.
import { z } from "zod";
import type { MachineConfig, ServiceConfig } from "../../contract/machine.ts";
import type { WorldHttpOptions, WorldMachine, WorldPort, WorldService } from "../../contract/world.ts";

const SECOND_MS = 1_000;

/** What the edge reads of http_options; a value of another shape counts as not given. */
const HttpOptionsSchema = z.looseObject({
  compress: z.boolean().optional().catch(undefined),
  h2_backend: z.boolean().optional().catch(undefined),
  idle_timeout: z.number().positive().optional().catch(undefined),
  headers_read_timeout: z.number().positive().optional().catch(undefined),
  response: z
    .looseObject({
      pristine: z.boolean().optional().catch(undefined),
      headers: z.record(z.string(), z.unknown()).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  replay_cache: z
    .array(
      z.looseObject({
        path_prefix: z.string().default("/"),
        ttl_seconds: z.number().default(0),
        type: z.enum(["cookie", "header"]),
        name: z.string().min(1),
        allow_bypass: z.boolean().default(false),
      }),
    )
    .optional()
    .catch(undefined),
});
const PortOptionsSchema = z.looseObject({
  start_port: z.int().optional().catch(undefined),
  end_port: z.int().optional().catch(undefined),
  proxy_proto_options: z
    .looseObject({ version: z.enum(["v1", "v2"]) })
    .optional()
    .catch(undefined),
  tls_options: z
    .looseObject({
      alpn: z.array(z.string()).optional().catch(undefined),
      versions: z.array(z.string()).optional().catch(undefined),
      default_self_signed: z.boolean().optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

/** The services of a machine. */
export function servicesOf(config: MachineConfig): WorldService[] {
  return (config.services ?? []).map((service) => ({
    internalPort: service.internal_port,
    protocol: service.protocol,
    ports: (service.ports ?? []).flatMap(portOf),
    concurrency: {
      type: service.concurrency?.type === "requests" ? "requests" : "connections",
      ...(service.concurrency?.soft_limit === undefined ? {} : { softLimit: service.concurrency.soft_limit }),
      ...(service.concurrency?.hard_limit === undefined ? {} : { hardLimit: service.concurrency.hard_limit }),
    },
    autostart: service.autostart ?? false,
    autostop: autostopOf(service.autostop),
    ...(service.min_machines_running === undefined ? {} : { minMachinesRunning: service.min_machines_running }),
  }));
}

/** The API writes booleans for two of the three (AS-09). */
function autostopOf(value: ServiceConfig["autostop"]): NonNullable<WorldService["autostop"]> {
  if (typeof value === "string") return value;
  return value === true ? "stop" : "off";
}

function portOf(port: NonNullable<ServiceConfig["ports"]>[number]): WorldPort[] {
  const { data = {} } = PortOptionsSchema.safeParse(port);
  const first = port.port ?? data.start_port;
  if (first === undefined) return [];
  const httpOptions = httpOptionsOf(port["http_options"]);
  const { tls_options: tls, proxy_proto_options: proxyProto, end_port: endPort } = data;
  return [
    {
      port: first,
      ...(port.port === undefined && endPort !== undefined ? { endPort } : {}),
      handlers: port.handlers ?? [],
      forceHttps: port.force_https ?? false,
      ...(httpOptions === undefined ? {} : { httpOptions }),
      ...(proxyProto === undefined ? {} : { proxyProto: proxyProto.version }),
      ...(tls === undefined
        ? {}
        : {
            tlsOptions: {
              ...(tls.alpn === undefined ? {} : { alpn: tls.alpn }),
              ...(tls.versions === undefined ? {} : { versions: tls.versions }),
              ...(tls.default_self_signed === undefined ? {} : { defaultSelfSigned: tls.default_self_signed }),
            },
          }),
    },
  ];
}

function httpOptionsOf(value: unknown): WorldHttpOptions | undefined {
  const { data } = HttpOptionsSchema.safeParse(value);
  if (data === undefined) return undefined;
  const { compress, h2_backend: h2Backend, idle_timeout: idle, headers_read_timeout: headersRead, response } = data;
  const edits = Object.entries(response?.headers ?? {}).flatMap(([name, edit]) => {
    const read = editOf(edit);
    return read === undefined ? [] : [[name, read] as const];
  });
  return {
    ...(compress === undefined ? {} : { compress }),
    ...(h2Backend === undefined ? {} : { h2Backend }),
    ...(idle === undefined ? {} : { idleTimeoutMs: idle * SECOND_MS }),
    ...(headersRead === undefined ? {} : { headersReadTimeoutMs: headersRead * SECOND_MS }),
    ...(response?.pristine === undefined ? {} : { pristine: response.pristine }),
    ...(edits.length === 0 ? {} : { responseHeaders: Object.fromEntries(edits) }),
    ...(data.replay_cache === undefined
      ? {}
      : {
          replayCache: data.replay_cache.map((rule) => ({
            pathPrefix: rule.path_prefix,
            ttlSeconds: rule.ttl_seconds,
            type: rule.type,
            name: rule.name,
            allowBypass: rule.allow_bypass,
          })),
        }),
  };
}

/** HR-04: false removes, a text adds one value, a list several. */
function editOf(edit: unknown): false | string[] | undefined {
  if (edit === false) return false;
  const values: unknown[] = Array.isArray(edit) ? edit : [edit];
  return values.every((value) => typeof value === "string") ? values : undefined;
}

const StaticsSchema = z.array(
  z.looseObject({
    guest_path: z.string().startsWith("/"),
    url_prefix: z.string().startsWith("/"),
    // deploys write an empty name where there is no bucket
    tigris_bucket: z.string().default(""),
  }),
);

/** The folders that are served without asking the app (ST-01). */
export function staticsOf(config: MachineConfig): NonNullable<WorldMachine["statics"]> {
  const { data = [] } = StaticsSchema.safeParse(config["statics"]);
  return data
    .filter(({ tigris_bucket: bucket }) => bucket === "")
    .map(({ guest_path: guestPath, url_prefix: urlPrefix }) => ({ guestPath, urlPrefix }));
}
