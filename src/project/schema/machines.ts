import { FLAG, integer, type Keys, key, port, tables, TEXT, union, word } from "./kinds.ts";

const PROCESSES = (all: boolean): Keys => ({
  processes: key({ type: "texts", one: "tolerated" }, "Process groups that it holds for", {
    default: all ? "all groups that no other section names" : "the default group",
  }),
});

const guest = (name: string): { becomes: string } => ({ becomes: `config.guest.${name}` });

const SIZE_KEYS: Keys = {
  size: key(TEXT, "Named size of the machines", { default: "shared-cpu-1x", becomes: "config.guest" }),
  memory: key({ type: "memory", portable: "any" }, "Memory; a bare number is MB", {
    default: "that of the size",
    ...guest("memory_mb"),
  }),
  memory_mb: key({ type: "memory", portable: "any" }, "Memory in MB; wins over memory", guest("memory_mb")),
  max_memory_mb: key(integer(), "Memory in MB up to which a machine may grow", guest("max_memory_mb")),
  cpus: key(integer(), "Number of processors", { default: "that of the size", ...guest("cpus") }),
  cpu_kind: key(word("shared", "performance"), "Kind of processor", {
    default: "that of the size",
    ...guest("cpu_kind"),
  }),
  gpu_kind: key(TEXT, "Kind of graphics processor", guest("gpu_kind")),
  gpus: key(integer(), "Number of graphics processors", guest("gpus")),
  host_dedication_id: key(TEXT, "Runs only on hosts with this dedication", guest("host_dedication_id")),
  persist_rootfs: key(
    union(
      '"never", "restart" or "always"',
      { type: "text", words: ["never", "none", "restart", "always"], empty: "absent" },
      integer(0, 3),
    ),
    "When the file system of a machine outlives a stop",
    { default: "never", ...guest("persist_rootfs") },
  ),
  kernel_args: key({ type: "texts", one: "tolerated" }, "Arguments of the kernel", guest("kernel_args")),
};

/** `[[vm]]` */
export const VM = tables({ ...SIZE_KEYS, ...PROCESSES(true) });

/** `[deploy] release_command_vm` */
export const RELEASE_VM = tables(
  { ...SIZE_KEYS, memory: key({ type: "memory", portable: "text" }, "Memory; a bare number is MB") },
  { single: "portable" },
);

const volume = (name: string): { becomes: string } => ({ becomes: `${name} of the volume that is created` });

/** `[[mounts]]` */
export const MOUNTS = tables(
  {
    source: key(TEXT, "Name of the volume", { becomes: "config.mounts[].name" }),
    destination: key(TEXT, "Folder where the volume appears", { becomes: "config.mounts[].path" }),
    initial_size: key({ type: "disk", portable: "any" }, "Size of a new volume; a bare number is GB", {
      default: "1 GB",
      ...volume("size_gb"),
    }),
    snapshot_retention: key(integer(), "Days that snapshots are kept, 1 to 60", {
      default: "5",
      ...volume("snapshot_retention"),
    }),
    scheduled_snapshots: key(FLAG, "Whether a snapshot is taken each day", {
      default: "true",
      ...volume("auto_backup_enabled"),
    }),
    auto_extend_size_threshold: key(integer(), "Percentage of use from which on a volume grows, 50 to 99", {
      becomes: "config.mounts[].extend_threshold_percent",
    }),
    auto_extend_size_increment: key({ type: "disk", portable: "text" }, "What it grows by, 1 to 100 GB", {
      becomes: "config.mounts[].add_size_gb",
    }),
    auto_extend_size_limit: key({ type: "disk", portable: "text" }, "Size beyond which it does not grow, 1 to 500 GB", {
      becomes: "config.mounts[].size_gb_limit",
    }),
    ...PROCESSES(false),
  },
  { skipEmpty: true },
);

/** `[[files]]` */
export const FILES = tables(
  {
    guest_path: key(TEXT, "Absolute path of the file in the machine", { becomes: "config.files[].guest_path" }),
    local_path: key(TEXT, "File of the project to take; wins over the other two", {
      becomes: "config.files[].raw_value",
    }),
    secret_name: key(TEXT, "Secret whose base64 content to take", { becomes: "config.files[].secret_name" }),
    raw_value: key(TEXT, "Content in base64", { becomes: "config.files[].raw_value" }),
    ...PROCESSES(false),
  },
  { single: "tolerated", skipEmpty: true },
);

/** `[[statics]]` */
export const STATICS = tables(
  {
    guest_path: key(TEXT, "Folder in the image, or in the bucket", { becomes: "config.statics[].guest_path" }),
    url_prefix: key(TEXT, "Paths that are answered from it", { becomes: "config.statics[].url_prefix" }),
    tigris_bucket: key(TEXT, "Bucket that holds the files", { becomes: "config.statics[].tigris_bucket" }),
    index_document: key(TEXT, "File that answers for a folder", { becomes: "config.statics[].index_document" }),
  },
  { single: "tolerated", skipEmpty: true },
);

/** `[[metrics]]` */
export const METRICS = tables(
  {
    port: key(port(), "Port that metrics are read from", { becomes: "config.metrics.port" }),
    path: key(TEXT, "Path that metrics are read from", { becomes: "config.metrics.path" }),
    https: key(FLAG, "Whether they are read over TLS", { default: "false", becomes: "config.metrics.https" }),
    ...PROCESSES(false),
  },
  { skipEmpty: true },
);

/** `[[restart]]` */
export const RESTART = tables(
  {
    policy: key(
      { type: "text", words: ["always", "never", "on-failure"] },
      "When a machine whose program ended is started again",
      {
        default: "on-failure",
        becomes: 'config.restart.policy; "never" becomes "no"',
      },
    ),
    retries: key(integer(), "How often that is tried", { default: "10", becomes: "config.restart.max_retries" }),
    ...PROCESSES(false),
  },
  { single: "tolerated" },
);
