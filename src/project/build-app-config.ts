// From the checked file to the configuration that the rest of the program works with. Reports nothing: what is wrong was
// reported by the checks, and is absent here.
import type { AppConfig, BuildSection, DeploySection } from "./app-config.ts";
import { declaredRegions, type RegionCounts } from "./region-counts.ts";
import { machineChecks, topLevelChecks } from "./sections/checks.ts";
import { files, init, metrics, mounts, restarts, statics, vm, vms } from "./sections/machines.ts";
import { services } from "./sections/services.ts";
import { emptyTable, isTable, numberAt, type Table, tableAt, tablesAt, textAt, textsAt } from "./values.ts";

/** Builds the configuration. @param raw the file as it is written */
export function buildAppConfig(root: Table, raw: Table, file: string): AppConfig {
  const experimental = tableAt(root, "experimental") ?? {};
  const regionCounts = countsOf(root);
  return {
    file,
    app: textAt(root, "app"),
    primaryRegion: textAt(root, "primary_region") || undefined,
    killSignal: textAt(root, "kill_signal"),
    killTimeoutMs: numberAt(root, "kill_timeout") ?? numberAt(experimental, "kill_timeout"),
    swapSizeMb: numberAt(root, "swap_size_mb"),
    consoleCommand: textAt(root, "console_command"),
    hostDedicationId: textAt(root, "host_dedication_id") || undefined,
    machineConfig: textAt(experimental, "machine_config") ?? textAt(root, "machine_config"),
    container: textAt(root, "container"),
    build: build(root),
    env: env(root),
    deploy: deploy(root),
    services: services(root),
    checks: topLevelChecks(root),
    processes: processes(root),
    init: init(root),
    vm: vms(root),
    mounts: mounts(root),
    restart: restarts(root),
    files: files(root),
    statics: statics(root),
    metrics: metrics(root),
    machineChecks: machineChecks(root),
    regions: regionCounts === undefined ? listedRegions(root) : declaredRegions(regionCounts),
    regionCounts,
    raw,
  };
}

function build(root: Table): BuildSection {
  const section = tableAt(root, "build") ?? {};
  const compose = tableAt(section, "compose");
  const args = tableAt(section, "args") ?? {};
  return {
    image: textAt(section, "image"),
    dockerfile: textAt(section, "dockerfile"),
    ignorefile: textAt(section, "ignorefile"),
    target: textAt(section, "build-target"),
    args: textsOf(args),
    otherBuilder: ["builder", "buildpacks", "builtin"].find((key) => section[key] !== undefined),
    compose: compose === undefined ? undefined : { file: textAt(compose, "file") },
    compression: (["gzip", "zstd"] as const).find((word) => word === section["compression"]),
    compressionLevel: numberAt(section, "compression_level"),
  };
}

function deploy(root: Table): DeploySection {
  const section = tableAt(root, "deploy") ?? {};
  const [releaseVm] = tablesAt(section, "release_command_vm");
  return {
    strategy: (["canary", "rolling", "immediate", "bluegreen"] as const).find((word) => word === section["strategy"]),
    maxUnavailable: numberAt(section, "max_unavailable"),
    waitTimeoutMs: numberAt(section, "wait_timeout"),
    releaseCommand: textAt(section, "release_command") || undefined,
    releaseCommandTimeoutMs: numberAt(section, "release_command_timeout"),
    releaseCommandVm: releaseVm === undefined ? undefined : vm(releaseVm),
    seedCommand: textAt(section, "seed_command") || undefined,
  };
}

function textsOf(table: Table): Record<string, string> {
  const texts = emptyTable<string>();
  for (const name of Object.keys(table)) texts[name] = textAt(table, name) ?? "";
  return texts;
}

/** `[env]` as a table, or as several that are joined in order. */
function env(root: Table): Record<string, string> {
  const section = root["env"];
  const joined = emptyTable<string>();
  for (const table of isTable(section) ? [section] : tablesAt(root, "env")) Object.assign(joined, textsOf(table));
  return joined;
}

/** `[processes]`, or the older list of `name` and `command`. */
function processes(root: Table): Record<string, string> {
  const section = root["processes"];
  if (isTable(section)) return textsOf(section);
  const listed = emptyTable<string>();
  for (const item of tablesAt(root, "processes")) listed[textAt(item, "name") ?? ""] = textAt(item, "command") ?? "";
  return listed;
}

function listedRegions(root: Table): readonly string[] {
  return textsAt(tableAt(root, "hangar") ?? {}, "regions") ?? [];
}

function countsOf(root: Table): RegionCounts | undefined {
  const table = tableAt(tableAt(root, "hangar") ?? {}, "regions");
  if (table === undefined) return undefined;
  const groups = Object.keys(table).flatMap((name): [string, ReadonlyMap<string, number>][] => {
    const own = tableAt(table, name);
    return own === undefined ? [] : [[name, numbersOf(own)]];
  });
  return { all: numbersOf(table), groups: new Map(groups) };
}

function numbersOf(table: Table): ReadonlyMap<string, number> {
  return new Map(
    Object.keys(table).flatMap((region): [string, number][] => {
      const count = numberAt(table, region);
      return count === undefined ? [] : [[region, count]];
    }),
  );
}
