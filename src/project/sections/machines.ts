import type {
  FileSection,
  InitSection,
  MetricsSection,
  MountSection,
  RestartSection,
  StaticSection,
  VmSection,
} from "../app-config.ts";
import { flagAt, numberAt, type Table, tableAt, tablesAt, textAt, textsAt } from "../values.ts";

const processes = (section: Table): readonly string[] => textsAt(section, "processes") ?? [];
/** Zero is what forms and other programs write for "not said". */
const countAt = (section: Table, key: string): number | undefined => numberAt(section, key) || undefined;

/** `[[vm]]` */
export function vms(root: Table): VmSection[] {
  return tablesAt(root, "vm").map(vm);
}

/** The size of machines that a section asks for. */
export function vm(section: Table): VmSection {
  return {
    size: textAt(section, "size") || undefined,
    memoryMb: countAt(section, "memory_mb") ?? countAt(section, "memory"),
    cpus: countAt(section, "cpus"),
    cpuKind: textAt(section, "cpu_kind"),
    gpuKind: textAt(section, "gpu_kind") || undefined,
    gpus: countAt(section, "gpus"),
    maxMemoryMb: countAt(section, "max_memory_mb"),
    hostDedicationId: textAt(section, "host_dedication_id") || undefined,
    kernelArgs: textsAt(section, "kernel_args"),
    persistRootfs: persistence(section["persist_rootfs"]),
    processes: processes(section),
  };
}

const PERSISTENCE = [undefined, "never", "restart", "always"] as const;

function persistence(value: unknown): VmSection["persistRootfs"] {
  if (typeof value === "number") return PERSISTENCE[value];
  return PERSISTENCE.find((word) => word === value);
}

/** `[[mounts]]` */
export function mounts(root: Table): MountSection[] {
  return tablesAt(root, "mounts").map((section) => ({
    source: textAt(section, "source") ?? "",
    destination: textAt(section, "destination") ?? "",
    initialSizeGb: countAt(section, "initial_size"),
    snapshotRetentionDays: countAt(section, "snapshot_retention"),
    scheduledSnapshots: flagAt(section, "scheduled_snapshots"),
    extendThresholdPercent: countAt(section, "auto_extend_size_threshold"),
    extendByGb: countAt(section, "auto_extend_size_increment"),
    extendLimitGb: countAt(section, "auto_extend_size_limit"),
    processes: processes(section),
  }));
}

/** `[[restart]]`; the last section that fits a group wins. */
export function restarts(root: Table): RestartSection[] {
  return tablesAt(root, "restart").flatMap((section) => {
    const policy = (["always", "never", "on-failure"] as const).find((word) => word === section["policy"]);
    const maxRetries = numberAt(section, "retries");
    return policy === undefined ? [] : [{ policy, maxRetries, processes: processes(section) }];
  });
}

/** `[[files]]` */
export function files(root: Table): FileSection[] {
  return tablesAt(root, "files").map((section) => ({
    guestPath: textAt(section, "guest_path") ?? "",
    localPath: textAt(section, "local_path") || undefined,
    secretName: textAt(section, "secret_name") || undefined,
    rawValue: textAt(section, "raw_value"),
    processes: processes(section),
  }));
}

/** `[[statics]]` */
export function statics(root: Table): StaticSection[] {
  return tablesAt(root, "statics").map((section) => ({
    guestPath: textAt(section, "guest_path") ?? "",
    urlPrefix: textAt(section, "url_prefix") ?? "",
    tigrisBucket: textAt(section, "tigris_bucket"),
    indexDocument: textAt(section, "index_document"),
  }));
}

/** `[[metrics]]`, or what `[experimental]` says in its place. */
export function metrics(root: Table): MetricsSection[] {
  if (root["metrics"] !== undefined) {
    return tablesAt(root, "metrics").map((section) => ({
      port: numberAt(section, "port"),
      path: textAt(section, "path"),
      https: flagAt(section, "https"),
      processes: processes(section),
    }));
  }
  const experimental = tableAt(root, "experimental") ?? {};
  const port = numberAt(experimental, "metrics_port");
  const path = textAt(experimental, "metrics_path");
  return port === undefined && path === undefined ? [] : [{ port, path, processes: [] }];
}

/** The start commands of `[experimental]`: a text is one word, not a command line. */
export function init(root: Table): InitSection {
  const section = tableAt(root, "experimental") ?? {};
  return { cmd: textsAt(section, "cmd"), entrypoint: textsAt(section, "entrypoint"), exec: textsAt(section, "exec") };
}
