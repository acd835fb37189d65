import type { InitSection, MountSection, RestartSection, VmSection } from "../app-config.ts";
import { isPreset, presetNames } from "../guest.ts";
import {
  isTable,
  readFilledTables,
  readInteger,
  readMemoryMb,
  readString,
  readStrings,
  readTable,
  readTables,
  readWord,
  show,
  type Section,
  textOf,
} from "../read-value.ts";

/** `[[vm]]` under its three names, in the order in which the platform's own tool joins them. */
export function readVm(root: Section): VmSection[] {
  return ["compute", "computes", "vm"]
    .flatMap((key) => readTables(root, key))
    .map((section) => {
      const size = readString(section, "size");
      if (size !== undefined && !isPreset(size)) {
        section.report(
          "error",
          [...section.path, "size"],
          `there is no machine size "${size}"; sizes are ${presetNames().join(", ")}`,
        );
      }
      return {
        size,
        memoryMb: readMemoryMb(section, "memory_mb") ?? readMemoryMb(section, "memory"),
        cpus: readInteger(section, "cpus", { min: 1 }),
        cpuKind: readWord(section, "cpu_kind", ["shared", "performance"]),
        gpuKind: readString(section, "gpu_kind"),
        gpus: readInteger(section, "gpus"),
        persistRootfs: readString(section, "persist_rootfs"),
        processes: readStrings(section, "processes") ?? [],
      };
    });
}

/** `[[mounts]]` under its two names. */
export function readMounts(root: Section): MountSection[] {
  return ["mount", "mounts"]
    .flatMap((key) => readFilledTables(root, key))
    .map((section) => {
      const size = section.table["initial_size"];
      return {
        source: readString(section, "source") ?? "",
        destination: readString(section, "destination") ?? "",
        initialSize: typeof size === "number" ? String(size) : readString(section, "initial_size"),
        processes: readStrings(section, "processes") ?? [],
        raw: section.table,
      };
    });
}

/** `[[restart]]`; the last section that fits a group wins. */
export function readRestart(root: Section): RestartSection[] {
  return readTables(root, "restart").flatMap((section) => {
    if (section.table["policy"] === undefined)
      section.report("error", section.path, 'restart needs a policy: "always", "never" or "on-failure"');
    const policy = readWord(section, "policy", ["always", "never", "on-failure"]);
    const maxRetries = readInteger(section, "retries");
    const processes = readStrings(section, "processes") ?? [];
    return policy === undefined ? [] : [{ policy, maxRetries, processes }];
  });
}

/** The start commands of `[experimental]`: a text is one word, not a command line. */
export function readInit(root: Section): InitSection {
  const section = readTable(root, "experimental");
  if (section === undefined) return {};
  const words = (key: string): readonly string[] | undefined => {
    const value = section.table[key];
    return typeof value === "string" ? [value] : readStrings(section, key);
  };
  return { cmd: words("cmd"), entrypoint: words("entrypoint"), exec: words("exec") };
}

/** `[processes]`, or the old `[[processes]]` with `name` and `command`. */
export function readProcesses(root: Section): Record<string, string> {
  const value = root.table["processes"];
  const processes: Record<string, string> = {};
  if (Array.isArray(value) && value.every(isTable)) {
    for (const item of value) processes[textOf(item["name"])] = textOf(item["command"]);
    return processes;
  }
  const section = readTable(root, "processes");
  if (section === undefined) return processes;
  for (const [name, command] of Object.entries(section.table)) {
    if (typeof command === "string") processes[name] = command;
    else
      section.report(
        "error",
        [...section.path, name],
        `the command of process group "${name}" must be a text in quotes, not ${show(command)}`,
      );
  }
  return processes;
}
