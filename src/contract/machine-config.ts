// Wire shape of a machine's configuration, as the public specification names it. Unknown keys are kept, so that what was
// stored is what is read back.
import { z } from "zod";

/** Longest text of a configuration that is not a file. */
const MAX_TEXT = 65_536;
const text = z.string().max(MAX_TEXT);
const words = z.array(text).max(1_000);
const port = z.int().min(1).max(65_535);
const count = z.int().min(0).max(1_000_000);
const duration = z.union([z.string().max(40), z.number().min(0)]);
const environment = z.record(z.string().max(1_024), text);
const headers = z.array(z.looseObject({ name: z.string(), values: z.array(z.string()).optional() })).max(100);

export const SIGNALS = [
  "SIGABRT",
  "SIGALRM",
  "SIGFPE",
  "SIGHUP",
  "SIGILL",
  "SIGINT",
  "SIGKILL",
  "SIGPIPE",
  "SIGQUIT",
  "SIGSEGV",
  "SIGSTOP",
  "SIGTERM",
  "SIGTRAP",
  "SIGUSR1",
  "SIGUSR2",
] as const;

/** Whether it names a signal, with or without SIG. */
export function isSignal(name: string): boolean {
  return SIGNALS.some((signal) => signal === name || signal === `SIG${name}`);
}

export const CheckConfigSchema = z.looseObject({
  type: z.string().optional(),
  port: port.optional(),
  interval: duration.optional(),
  timeout: duration.optional(),
  grace_period: duration.optional(),
  method: z.string().max(20).optional(),
  path: z.string().max(2_048).optional(),
  protocol: z.string().optional(),
  headers: z.array(z.object({ name: z.string(), values: z.array(z.string()) })).optional(),
  /** Top-level checks only: `readiness` takes the machine out of routing. */
  kind: z.enum(["informational", "readiness"]).optional(),
  tls_server_name: z.string().optional(),
  tls_skip_verify: z.boolean().optional(),
  /** Top-level checks of type "exec" only: what runs in the machine; exit code 0 passes. */
  command: words.optional(),
});
export type CheckConfig = z.infer<typeof CheckConfigSchema>;

export const ServiceConfigSchema = z.looseObject({
  protocol: z.enum(["tcp", "udp"]).default("tcp"),
  internal_port: port,
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

const absolutePath = z
  .string()
  .max(4_096)
  .regex(/^\/[^\0]*$/, "must be an absolute path");

export const FileConfigSchema = z.looseObject({
  guest_path: absolutePath,
  /** Base64. */
  raw_value: z.string().max(1_048_576).optional(),
  /** Name of a secret whose value is base64. */
  secret_name: z.string().optional(),
  /** Reference of an image whose configuration is the content. */
  image_config: z.string().optional(),
  mode: z.int().min(0).max(0o7777).optional(),
});
export type FileConfig = z.infer<typeof FileConfigSchema>;

export const MountConfigSchema = z.looseObject({
  volume: z.string().max(100).optional(),
  path: absolutePath,
  name: z.string().max(100).optional(),
  encrypted: z.boolean().optional(),
  size_gb: count.optional(),
});

const restart = z.looseObject({
  policy: z.enum(["no", "always", "on-failure", "spot-price"]).optional(),
  max_retries: z.int().min(0).max(1_000_000).optional(),
});
const stop = z.looseObject({
  signal: z.string().max(20).refine(isSignal, "is not a signal").optional(),
  timeout: duration.optional(),
});
const secretRefs = z.array(z.looseObject({ env_var: z.string(), name: z.string().optional() }));
export const ENV_FIELDS = ["id", "version", "app_name", "private_ip", "region", "image"] as const;
const envFrom = z.array(z.looseObject({ env_var: z.string(), field_ref: z.enum(ENV_FIELDS) }));
const program = {
  exec: words.optional(),
  entrypoint: words.optional(),
  cmd: words.optional(),
  user: z.string().max(100).optional(),
  env: environment.optional(),
  secrets: secretRefs.optional(),
  env_from: envFrom.optional(),
};

export const ProcessConfigSchema = z.looseObject({ ...program, ignore_app_secrets: z.boolean().optional() });

const containerCheck = z.looseObject({
  name: z.string().optional(),
  /** Seconds. */
  interval: count.optional(),
  timeout: count.optional(),
  grace_period: count.optional(),
  success_threshold: count.optional(),
  failure_threshold: count.optional(),
  kind: z.enum(["readiness", "liveness"]).optional(),
  unhealthy: z.literal("stop").optional(),
  http: z
    .looseObject({
      port: port.optional(),
      method: z.string().optional(),
      path: z.string().optional(),
      scheme: z.enum(["http", "https"]).optional(),
      headers: headers.optional(),
      tls_server_name: z.string().optional(),
      tls_skip_verify: z.boolean().optional(),
    })
    .optional(),
  tcp: z.looseObject({ port: port.optional() }).optional(),
  exec: z.looseObject({ command: words.optional() }).optional(),
});

export const ContainerConfigSchema = z.looseObject({
  ...program,
  name: z.string().max(63).optional(),
  image: z.string().max(512).optional(),
  files: z.array(FileConfigSchema).max(1_000).optional(),
  restart: restart.optional(),
  stop: stop.optional(),
  depends_on: z
    .array(
      z.looseObject({ name: z.string(), condition: z.enum(["started", "healthy", "exited_successfully"]).optional() }),
    )
    .optional(),
  healthchecks: z.array(containerCheck).max(100).optional(),
  mounts: z.array(z.looseObject({ name: z.string(), path: absolutePath })).optional(),
});
export type ContainerConfig = z.infer<typeof ContainerConfigSchema>;

export const GuestConfigSchema = z.looseObject({
  cpu_kind: z.string().max(40).optional(),
  cpus: z.int().min(1).max(256).optional(),
  memory_mb: z.int().min(1).max(1_048_576).optional(),
  max_memory_mb: z.int().min(0).max(1_048_576).optional(),
  persist_rootfs: z.string().max(20).optional(),
  kernel_args: z.array(z.string()).optional(),
});

export const MachineConfigSchema = z.looseObject({
  image: z.string().min(1).max(512),
  env: environment.optional(),
  metadata: z.record(z.string().max(1_024), text).optional(),
  guest: GuestConfigSchema.optional(),
  /** A preset of CPUs and memory, as "shared-cpu-1x"; `guest` goes before it. */
  size: z.string().max(40).optional(),
  init: z
    .looseObject({
      exec: words.optional(),
      entrypoint: words.optional(),
      cmd: words.optional(),
      tty: z.boolean().optional(),
      swap_size_mb: count.optional(),
      kernel_args: z.array(z.string()).optional(),
    })
    .optional(),
  services: z.array(ServiceConfigSchema).max(100).optional(),
  checks: z.record(z.string().max(200), CheckConfigSchema).optional(),
  restart: restart.optional(),
  stop_config: stop.optional(),
  auto_destroy: z.boolean().optional(),
  schedule: z.enum(["hourly", "daily", "weekly", "monthly"]).optional(),
  standbys: z.array(z.string()).max(100).optional(),
  files: z.array(FileConfigSchema).max(1_000).optional(),
  mounts: z.array(MountConfigSchema).max(16).optional(),
  processes: z.array(ProcessConfigSchema).max(32).optional(),
  containers: z.array(ContainerConfigSchema).max(32).optional(),
  rootfs: z
    .looseObject({ persist: z.enum(["never", "always", "restart"]).optional(), size_gb: count.optional() })
    .optional(),
  dns: z
    .looseObject({
      skip_registration: z.boolean().optional(),
      nameservers: z.array(z.string()).optional(),
      searches: z.array(z.string()).optional(),
      options: z.array(z.looseObject({ name: z.string().optional(), value: z.string().optional() })).optional(),
      hostname: z.string().optional(),
      hostname_fqdn: z.string().optional(),
    })
    .optional(),
  metrics: z
    .looseObject({ port: z.int().optional(), path: z.string().optional(), https: z.boolean().optional() })
    .optional(),
  statics: z.array(z.looseObject({ guest_path: z.string(), url_prefix: z.string() })).optional(),
  disable_machine_autostart: z.boolean().optional(),
});
export type MachineConfig = z.infer<typeof MachineConfigSchema>;
