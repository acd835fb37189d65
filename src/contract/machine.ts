// Wire shapes of machines and of what is asked of them, as the public specification names them.
import { z } from "zod";
import { MachineConfigSchema, SIGNALS } from "./machine-config.ts";

export { type CheckConfig, type MachineConfig, MachineConfigSchema, type ServiceConfig } from "./machine-config.ts";

export const MACHINE_STATES = [
  "created",
  "creating",
  "starting",
  "started",
  "restarting",
  "suspending",
  "suspended",
  "stopping",
  "stopped",
  "updating",
  "replacing",
  "destroying",
  "destroyed",
  "failed",
  "launch_failed",
  "replaced",
] as const;
export type MachineState = (typeof MACHINE_STATES)[number];

export const MachineEventSchema = z.looseObject({
  /** Sorts by time; what `wait?from_event_id` takes. */
  id: z.string().optional(),
  type: z.string(),
  status: z.string(),
  source: z.enum(["user", "flyd"]),
  /** Milliseconds since the epoch. */
  timestamp: z.number(),
  request: z.looseObject({}).optional(),
});
export type MachineEvent = z.infer<typeof MachineEventSchema>;

export const CheckStatusSchema = z.object({
  name: z.string(),
  status: z.enum(["passing", "warning", "critical"]),
  output: z.string(),
  updated_at: z.string(),
});
export type CheckStatus = z.infer<typeof CheckStatusSchema>;

/** A lease as the specification has it, and once more in the envelope that the platform's own client reads. */
export const LeaseSchema = z.looseObject({
  nonce: z.string().optional(),
  /** Seconds since the epoch. */
  expires_at: z.int(),
  owner: z.string(),
  description: z.string(),
  version: z.string(),
});
export type Lease = z.infer<typeof LeaseSchema>;
export const LeaseAnswerSchema = LeaseSchema.extend({ status: z.literal("success"), data: LeaseSchema });

export const MachineSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  state: z.enum(MACHINE_STATES),
  region: z.string(),
  /** ULID of the configuration in force; also the machine's version. */
  instance_id: z.string(),
  version: z.string().optional(),
  private_ip: z.string(),
  /** Absent in summaries. */
  config: MachineConfigSchema,
  image_ref: z
    .looseObject({
      registry: z.string().optional(),
      repository: z.string().optional(),
      tag: z.string().optional(),
      digest: z.string().optional(),
    })
    .optional(),
  created_at: z.string(),
  updated_at: z.string(),
  /** Newest first. */
  events: z.array(MachineEventSchema),
  checks: z.array(CheckStatusSchema).optional(),
  cordoned: z.boolean().optional(),
  host_status: z.string().optional(),
  /** The lease's nonce, in the answer to a request with `lease_ttl`. */
  nonce: z.string().optional(),
  lease: LeaseSchema.optional(),
});
export type Machine = z.infer<typeof MachineSchema>;

/** Body of POST machines and POST machines/{id}. */
export const LaunchMachineSchema = z.looseObject({
  name: z
    .string()
    .max(63)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$|^$/, "must be letters, digits and dashes")
    .optional(),
  region: z.string().max(100).optional(),
  config: MachineConfigSchema,
  skip_launch: z.boolean().optional(),
  skip_service_registration: z.boolean().optional(),
  skip_secrets: z.boolean().optional(),
  min_secrets_version: z.int().min(0).optional(),
  /** Seconds: the answer carries the nonce of a lease of that length. */
  lease_ttl: z.int().min(0).max(86_400).optional(),
  current_version: z.string().max(64).optional(),
});
export type LaunchMachine = z.infer<typeof LaunchMachineSchema>;

/** A duration of a request: seconds, or a Go duration as "10s". */
const seconds = z.union([z.string().max(40), z.number().min(0).max(86_400)]);

/** Body of POST machines/{id}/stop. */
export const StopMachineSchema = z.looseObject({ signal: z.enum(SIGNALS).optional(), timeout: seconds.optional() });

/** Body of POST machines/{id}/signal: a name, or the number that the platform's own client sends. */
export const SignalMachineSchema = z.looseObject({ signal: z.union([z.enum(SIGNALS), z.int().min(1).max(64)]) });

/** Body of POST machines/{id}/lease. */
export const CreateLeaseSchema = z.looseObject({
  description: z.string().max(1_024).optional(),
  /** Seconds. */
  ttl: z.int().min(1).max(86_400).optional(),
});

/** Body of POST machines/{id}/exec. */
export const ExecMachineSchema = z.looseObject({
  /** A line of words; `command` goes before it. */
  cmd: z.string().max(65_536).optional(),
  command: z.array(z.string().max(65_536)).max(1_000).optional(),
  container: z.string().max(100).optional(),
  stdin: z.string().max(1_048_576).optional(),
  /** Seconds. */
  timeout: z.int().min(0).max(3_600).optional(),
});

export const ExecAnswerSchema = z.looseObject({
  exit_code: z.int(),
  exit_signal: z.int().optional(),
  stdout: z.string(),
  stderr: z.string(),
});
export type ExecAnswer = z.infer<typeof ExecAnswerSchema>;

export const ProcessStatSchema = z.looseObject({
  pid: z.int(),
  stime: z.int(),
  rtime: z.int(),
  command: z.string(),
  directory: z.string(),
  cpu: z.int(),
  rss: z.int(),
  listen_sockets: z.array(z.looseObject({ proto: z.string(), address: z.string() })),
});
export type ProcessStat = z.infer<typeof ProcessStatSchema>;

/** Body of PATCH and PUT machines/{id}/metadata: null and "" remove a key. */
export const UpdateMetadataSchema = z.looseObject({
  metadata: z.record(z.string().max(1_024), z.union([z.string().max(65_536), z.null()])),
  machine_version: z.string().max(64).optional(),
  updated_at: z.string().max(64).optional(),
});

export const UpsertMetadataKeySchema = z.looseObject({ value: z.string().max(65_536) });

export const MemorySchema = z.object({ limit_mb: z.int(), available_mb: z.int() });
export const SetMemorySchema = z.looseObject({ limit_mb: z.int().min(1).max(1_048_576) });
export const ReclaimMemorySchema = z.looseObject({ amount_mb: z.int().min(0).max(1_048_576) });

export const MachineVersionSchema = z.looseObject({ version: z.string(), user_config: MachineConfigSchema });

export const WaitAnswerSchema = z.looseObject({
  ok: z.literal(true),
  state: z.string(),
  version: z.string(),
  event_id: z.string().optional(),
});
