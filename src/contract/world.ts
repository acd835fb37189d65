// The snapshot of the world that control hands to wan and edge each time something changes. It is whole, versioned and
// level-triggered: the newest one replaces all earlier ones, so a lost delivery is repaired by the next.
import { z } from "zod";
import { RegionCodeSchema } from "./region-code.ts";

/** One active region and the addresses of its network. */
export const WorldRegionSchema = z.object({
  code: RegionCodeSchema,
  /** Position in the address plan: third octet (from the block's base) and subnet number of the ULA prefix. */
  slot: z.int().min(0).max(30),
  subnet4: z.string(),
  subnet6: z.string(),
  /** The address of wan in the region: default route and DNS server of its machines. */
  wan4: z.string(),
  wan6: z.string(),
  /** The address of edge in the region. */
  edge4: z.string(),
  edge6: z.string(),
});
export type WorldRegion = z.infer<typeof WorldRegionSchema>;

/** The distance between two regions, both ways alike; one entry for each pair of active regions. */
export const WorldLinkSchema = z.object({
  a: RegionCodeSchema,
  b: RegionCodeSchema,
  rttMs: z.number().min(0).max(10_000),
});
export type WorldLink = z.infer<typeof WorldLinkSchema>;

/** A health check of a machine, run by edge from the machine's own region. */
export const WorldCheckSchema = z.object({
  name: z.string(),
  type: z.enum(["tcp", "http"]),
  port: z.int().min(1).max(65_535),
  intervalMs: z.number().positive(),
  timeoutMs: z.number().positive(),
  gracePeriodMs: z.number().min(0),
  method: z.string().optional(),
  path: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  /** An HTTP check goes over TLS; the name is the one to ask for, and the certificate's. Absent: not over TLS. */
  tls: z.object({ serverName: z.string().optional(), skipVerify: z.boolean() }).optional(),
  /** So many equal results in a row make the status; absent: one. */
  successThreshold: z.int().min(1).optional(),
  failureThreshold: z.int().min(1).optional(),
  /** A failing check of this kind takes the machine out of routing (service checks, and those of kind `readiness`). */
  gatesRouting: z.boolean(),
});
export type WorldCheck = z.infer<typeof WorldCheckSchema>;

/** What the HTTP handler of a port does beside routing, as far as the configuration says something. */
export const WorldHttpOptionsSchema = z.object({
  /** false: responses are never compressed here. */
  compress: z.boolean().optional(),
  /** The app speaks HTTP/2 in the clear. */
  h2Backend: z.boolean().optional(),
  idleTimeoutMs: z.number().positive().optional(),
  headersReadTimeoutMs: z.number().positive().optional(),
  /** Responses keep the app's own Server and Via and get none of the platform's fields. */
  pristine: z.boolean().optional(),
  /** Response fields to remove (false) or to add, by name. */
  responseHeaders: z.record(z.string(), z.union([z.literal(false), z.array(z.string())])).optional(),
  replayCache: z
    .array(
      z.object({
        pathPrefix: z.string(),
        ttlSeconds: z.number(),
        type: z.enum(["cookie", "header"]),
        name: z.string(),
        allowBypass: z.boolean(),
      }),
    )
    .optional(),
});
export type WorldHttpOptions = z.infer<typeof WorldHttpOptionsSchema>;

export const WorldTlsOptionsSchema = z.object({
  alpn: z.array(z.string()).optional(),
  versions: z.array(z.string()).optional(),
  defaultSelfSigned: z.boolean().optional(),
});

/** A public port of a service; with `endPort` all ports from the one to the other. */
export const WorldPortSchema = z.object({
  port: z.int(),
  endPort: z.int().optional(),
  handlers: z.array(z.string()),
  forceHttps: z.boolean(),
  httpOptions: WorldHttpOptionsSchema.optional(),
  tlsOptions: WorldTlsOptionsSchema.optional(),
  proxyProto: z.enum(["v1", "v2"]).optional(),
});
export type WorldPort = z.infer<typeof WorldPortSchema>;

export const WorldServiceSchema = z.object({
  internalPort: z.int().min(1).max(65_535),
  protocol: z.enum(["tcp", "udp"]),
  /** Public ports with their handlers, as the configuration names them (80 http, 443 tls+http). */
  ports: z.array(WorldPortSchema),
  concurrency: z.object({
    type: z.enum(["connections", "requests"]),
    softLimit: z.int().optional(),
    hardLimit: z.int().optional(),
  }),
  /** A request may start a machine that sleeps. Absent: false. */
  autostart: z.boolean().optional(),
  /** What happens to machines that have nothing to do. Absent: nothing. */
  autostop: z.enum(["off", "stop", "suspend"]).optional(),
  /** So many machines stay up in the primary region. */
  minMachinesRunning: z.int().optional(),
});
export type WorldService = z.infer<typeof WorldServiceSchema>;

export const WorldMachineSchema = z.object({
  id: z.string(),
  app: z.string(),
  region: RegionCodeSchema,
  /** The version of the machine's configuration that runs (a ULID): health is remembered per instance. */
  instanceId: z.string(),
  processGroup: z.string(),
  address4: z.string(),
  address6: z.string(),
  /** Only started machines are resolvable by DNS and receive traffic. */
  started: z.boolean(),
  /** The machine's state in the API's words. */
  state: z.string().optional(),
  /** When it came to a stop (ms since the epoch); absent while it has not. */
  stoppedAtMs: z.number().optional(),
  /** The app's primary region, as the machine was told it. */
  primaryRegion: z.string().optional(),
  /** Folders of the machine whose files are served without asking the app. */
  statics: z.array(z.object({ guestPath: z.string(), urlPrefix: z.string() })).optional(),
  /** Cordoned machines are started, but get no traffic from the edge. */
  cordoned: z.boolean(),
  services: z.array(WorldServiceSchema),
  checks: z.array(WorldCheckSchema),
});
export type WorldMachine = z.infer<typeof WorldMachineSchema>;

/** A port of this machine that leads to one service: for protocols in which clients name no host. */
export const WorldDoorSchema = z.object({
  protocol: z.enum(["tcp", "udp"]),
  /** On 127.0.0.1 of the machine that the planet runs on. */
  hostPort: z.int().min(1).max(65_535),
  /** Where edge listens for it. */
  listenPort: z.int().min(1).max(65_535),
  app: z.string(),
  /** The service's public port. */
  port: z.int().min(1).max(65_535),
});
export type WorldDoor = z.infer<typeof WorldDoorSchema>;

export const WorldSchema = z.object({
  /** Grows with each change and never goes back, also across restarts of control. */
  version: z.int().min(0),
  planet: z.string(),
  /** The region where a client enters that names none. */
  home: RegionCodeSchema,
  /** Octets two and three of the first address of the planet's IPv4 block, and the third hextet of its ULA prefix. */
  block: z.object({ secondOctet: z.int(), firstThirdOctet: z.int(), ulaNetwork: z.int() }),
  regions: z.array(WorldRegionSchema),
  links: z.array(WorldLinkSchema),
  apps: z.array(
    z.object({
      name: z.string(),
      organization: z.string().optional(),
      network: z.string().optional(),
      /** The public address that clients of the app would use; nothing routes it here. */
      publicAddress: z.string().optional(),
      /** Private addresses at which machines reach the app through edge (Flycast). */
      flycast: z.array(z.string()).optional(),
    }),
  ),
  /** The organizations that allow replays beside those inside one network; see ReplaySettingsSchema. */
  organizations: z
    .array(z.object({ slug: z.string(), crossNetwork: z.boolean(), sources: z.array(z.string()) }))
    .optional(),
  machines: z.array(WorldMachineSchema),
  doors: z.array(WorldDoorSchema).optional(),
  /** Host names of apps' own for which there is a certificate. Control gives it out with its key, one name at a time. */
  hostnames: z
    .array(
      z.object({
        /** In lower case; perhaps a star for its first label. */
        name: z.string(),
        app: z.string(),
        /** Another one whenever the certificate may be another one. */
        version: z.string(),
      }),
    )
    .optional(),
  /** The host's port where clients find TLS; absent: there is none. */
  tlsPort: z.int().min(1).max(65_535).optional(),
  /** How often edge looks for machines that have nothing to do; absent: as often as the platform. */
  autostopPeriodMs: z.number().positive().optional(),
});
export type World = z.infer<typeof WorldSchema>;
export type WorldHostname = NonNullable<World["hostnames"]>[number];

/** One result of a health check, as edge reports it to control. Sent when the status changes and on the first result. */
export const CheckReportSchema = z.object({
  machineId: z.string(),
  instanceId: z.string(),
  name: z.string(),
  status: z.enum(["passing", "critical"]),
  output: z.string().max(4_096),
});
export type CheckReport = z.infer<typeof CheckReportSchema>;

/** A line that edge adds to an app's log. */
export const AppLogLineSchema = z.object({
  app: z.string(),
  /** The region and the machine that it is about; "" where it is about none. */
  region: z.string(),
  machine: z.string(),
  message: z.string().max(4_096),
  timestamp: z.string(),
});
export type AppLogLine = z.infer<typeof AppLogLineSchema>;

/** What wan and edge say about themselves at GET /status on their management address. */
export const ComponentStatusSchema = z.object({
  component: z.enum(["wan", "edge"]),
  /** Version of the world in force; -1 before the first. */
  worldVersion: z.int(),
  /** Changes with each start of the process, so that control notices a restart. */
  startId: z.string(),
  pid: z.int(),
});
export type ComponentStatus = z.infer<typeof ComponentStatusSchema>;

/**
 * Edge asks control for a file below a folder of a machine. The answer is its content with an ETag, or status 204 where there
 * is no such file that may be served.
 */
export const FileQuestionSchema = z.object({
  folder: z.string().startsWith("/").max(4_096),
  names: z
    .array(
      z
        .string()
        .min(1)
        .max(255)
        .regex(/^(?!\.{1,2}$)[^/\0]+$/),
    )
    .min(1)
    .max(64),
});
