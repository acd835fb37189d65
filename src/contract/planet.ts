// Wire shapes of the planet's own endpoints (/hangar/v1), which the platform's public API has no word for.
import { z } from "zod";
import { MachineSchema } from "./machine.ts";

export const PlanetRegionSchema = z.object({
  code: z.string(),
  name: z.string(),
  active: z.boolean(),
  machines: z.int(),
});

/** GET /hangar/v1/planet */
export const PlanetStatusSchema = z.object({
  planet: z.string(),
  /** Version of Hangar that control was built from. */
  version: z.string(),
  /** The image that control runs from. */
  image: z.string(),
  home: z.string(),
  /** `starting` until wan and edge have the newest world and all machines are as they should be. */
  state: z.enum(["starting", "ready", "degraded"]),
  worldVersion: z.int(),
  components: z.array(
    z.object({
      name: z.enum(["control", "wan", "edge"]),
      state: z.enum(["ready", "starting", "down"]),
      worldVersion: z.int(),
    }),
  ),
  regions: z.array(PlanetRegionSchema),
  /** Services that clients reach by a port of this machine alone; without `hostPort` none is left for them. */
  doors: z
    .array(
      z.object({
        app: z.string(),
        protocol: z.enum(["tcp", "udp"]),
        /** The service's public port. */
        port: z.int(),
        hostPort: z.int().optional(),
      }),
    )
    .optional(),
});
export type PlanetStatus = z.infer<typeof PlanetStatusSchema>;

/** POST /hangar/v1/regions/activate: makes regions active and answers when packets flow between all of them. */
export const ActivateRegionsSchema = z.object({ regions: z.array(z.string()).min(1).max(31) });

/** GET and PUT /hangar/v1/settings: how the edge behaves; what is left out stays as it is. */
export const PlanetBehaviourSchema = z.object({
  /** Time between two looks for machines that have nothing to do; the platform's is about five minutes. */
  autostopPeriodMs: z.int().min(100).max(86_400_000).optional(),
  /** Whether shared vCPUs are held to their share when their balance for bursts is used up. */
  cpuThrottling: z.boolean().optional(),
});
export type PlanetBehaviour = z.infer<typeof PlanetBehaviourSchema>;

/** One line of GET /hangar/v1/apps/{app}/logs (newline-delimited JSON). */
export const LogEntrySchema = z.object({
  timestamp: z.string(),
  app: z.string(),
  region: z.string(),
  machine: z.string(),
  stream: z.enum(["stdout", "stderr", "platform"]),
  /** What of the platform says it: `proxy`, `runner` … Absent: the app's own program. */
  provider: z.string().optional(),
  /** `error` for what has gone wrong on the platform's side. Absent: `info`. */
  level: z.string().optional(),
  message: z.string(),
});
export type LogEntry = z.infer<typeof LogEntrySchema>;

/** GET /hangar/v1/apps/{app}/machines/{id}/diagnosis: why a machine does not answer. */
export const DiagnosisSchema = z.object({
  state: z.string(),
  exitCode: z.int().optional(),
  oomKilled: z.boolean().optional(),
  engineError: z.string().optional(),
  /** Last lines that the program printed, oldest first. */
  logTail: z.array(z.string()),
  /** Listening TCP sockets inside the machine as "address:port", or undefined where the image has no way to tell. */
  listening: z.array(z.string()).optional(),
});
export type Diagnosis = z.infer<typeof DiagnosisSchema>;

/** GET /hangar/v1/apps/{app}/machines/{id}: the machine, once it is not as it was when the caller got that `seen`. */
export const SeenMachineSchema = z.object({ seen: z.string(), machine: MachineSchema });
export type SeenMachine = z.infer<typeof SeenMachineSchema>;

/** POST /hangar/v1/certificates/leaf: edge asks for the certificate to show as that host, signed for its own key. */
export const LeafRequestSchema = z.object({
  /** A host name in lower case. */
  name: z.string().min(1).max(253),
  /** SPKI as PEM; "" for a certificate that comes with its key. */
  publicKey: z.string().max(1_000),
  /** Nobody is to vouch for it (tls_options.default_self_signed). */
  selfSigned: z.boolean().optional(),
});
export type LeafRequest = z.infer<typeof LeafRequestSchema>;

/** What comes back. A certificate of the app's own host name is not for edge's key: it has the key that it is for. */
export const LeafCertificateSchema = z.object({
  /** PEM: the certificate, and perhaps what signed it. */
  certificate: z.string(),
  /** PEM. */
  key: z.string().optional(),
});
export type LeafCertificate = z.infer<typeof LeafCertificateSchema>;
