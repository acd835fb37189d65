// Wire shapes of the Machines API, as the public specification names them. Unknown keys of a machine's configuration are
// kept, so that what was stored is what is read back.
import { z } from "zod";
import { MachineConfigSchema } from "./machine-config.ts";

export {
  type CheckConfig,
  CheckConfigSchema,
  type MachineConfig,
  MachineConfigSchema,
  type ServiceConfig,
  ServiceConfigSchema,
} from "./machine-config.ts";

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

export const MachineSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  state: z.enum(MACHINE_STATES),
  region: z.string(),
  /** ULID of the configuration in force; also the machine's version. */
  instance_id: z.string(),
  private_ip: z.string(),
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
});
export type Machine = z.infer<typeof MachineSchema>;

/** Body of POST machines and POST machines/{id}. */
export const LaunchMachineSchema = z.looseObject({
  name: z.string().max(63).optional(),
  region: z.string().optional(),
  config: MachineConfigSchema,
  skip_launch: z.boolean().optional(),
  skip_service_registration: z.boolean().optional(),
  current_version: z.string().optional(),
});
export type LaunchMachine = z.infer<typeof LaunchMachineSchema>;

export const AppSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  machine_count: z.int(),
  organization: z.looseObject({ name: z.string(), slug: z.string() }),
  network: z.string().optional(),
  created_at: z.string().optional(),
});
export type App = z.infer<typeof AppSchema>;

export const CreateAppSchema = z.looseObject({
  name: z.string().optional(),
  app_name: z.string().optional(),
  org_slug: z.string().optional(),
  network: z.string().optional(),
});
