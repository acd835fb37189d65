// Wire shapes of the Machines API, as the public specification names them. Unknown keys of a machine's configuration are
// kept, so that what was stored is what is read back.
import { z } from "zod";

const duration = z.union([z.string(), z.number()]);

export const CheckConfigSchema = z.looseObject({
  type: z.string().optional(),
  port: z.int().min(1).max(65_535).optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  grace_period: duration.optional(),
  method: z.string().optional(),
  path: z.string().optional(),
  protocol: z.string().optional(),
  headers: z.array(z.object({ name: z.string(), values: z.array(z.string()) })).optional(),
});
export type CheckConfig = z.infer<typeof CheckConfigSchema>;

export const ServiceConfigSchema = z.looseObject({
  protocol: z.enum(["tcp", "udp"]).default("tcp"),
  internal_port: z.int().min(1).max(65_535),
  autostart: z.boolean().optional(),
  autostop: z.union([z.boolean(), z.enum(["off", "stop", "suspend"])]).optional(),
  min_machines_running: z.int().optional(),
  ports: z
    .array(
      z.looseObject({
        port: z.int().optional(),
        handlers: z.array(z.string()).optional(),
        force_https: z.boolean().optional(),
      }),
    )
    .optional(),
  concurrency: z
    .looseObject({ type: z.string().optional(), soft_limit: z.int().optional(), hard_limit: z.int().optional() })
    .optional(),
  checks: z.array(CheckConfigSchema).optional(),
});
export type ServiceConfig = z.infer<typeof ServiceConfigSchema>;

export const MachineConfigSchema = z.looseObject({
  image: z.string().min(1),
  env: z.record(z.string(), z.string()).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  guest: z
    .looseObject({ cpu_kind: z.string().optional(), cpus: z.int().optional(), memory_mb: z.int().optional() })
    .optional(),
  init: z
    .looseObject({
      exec: z.array(z.string()).optional(),
      entrypoint: z.array(z.string()).optional(),
      cmd: z.array(z.string()).optional(),
      tty: z.boolean().optional(),
    })
    .optional(),
  services: z.array(ServiceConfigSchema).optional(),
  checks: z.record(z.string(), CheckConfigSchema).optional(),
  restart: z
    .looseObject({ policy: z.enum(["no", "always", "on-failure"]).optional(), max_retries: z.int().optional() })
    .optional(),
  stop_config: z.looseObject({ signal: z.string().optional(), timeout: duration.optional() }).optional(),
  auto_destroy: z.boolean().optional(),
});
export type MachineConfig = z.infer<typeof MachineConfigSchema>;

export const MACHINE_STATES = [
  "created",
  "starting",
  "started",
  "stopping",
  "stopped",
  "replacing",
  "destroying",
  "destroyed",
  "failed",
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
