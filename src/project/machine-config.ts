import type { MachineConfig } from "../contract/machine.ts";
import type { AppConfig, FileSection, MountSection } from "./app-config.ts";
import { formatDurationMs } from "./duration.ts";
import { guestFor, guestOf } from "./guest.ts";
import { checksOf, serviceOf } from "./machine-services.ts";
import { belongsTo } from "./process-groups.ts";
import { splitShellWords } from "./shell-words.ts";
import { emptyTable, type Table } from "./values.ts";

/** What a configuration refers to and does not contain; read beforehand, because this is pure. */
export interface MachineInputs {
  /** Content in base64 of the files that `[[files]] local_path` names, by that path. */
  readonly files?: ReadonlyMap<string, string>;
  /** What `machine_config` says: everything else is laid over it. */
  readonly base?: Table | undefined;
  /** Containers of `[build.compose]`; they take the place of image and services. */
  readonly containers?: readonly Table[] | undefined;
}

/**
 * The configuration of the machines of one process group, as it goes over the wire.
 * @param image the image that was built or named
 */
export function toMachineConfig(
  config: AppConfig,
  group: string,
  image: string,
  inputs: MachineInputs = {},
): MachineConfig {
  const services = config.services.filter((service) => belongsTo(service, group, config));
  const { base = {}, containers = inputs.base?.["containers"] } = inputs;
  const parts = {
    checks: checksOf(config, group, services),
    restart: restartOf(config, group),
    stop_config: stopConfigOf(config),
    mounts: someOf(config.mounts.filter((mount) => belongsTo(mount, group, config)).map(mountOf)),
    files: someOf(config.files.filter((file) => isForGroup(file, group)).map((file) => fileOf(file, inputs))),
    statics: someOf(config.statics.map(staticOf)),
    metrics: metricsOf(config, group),
    containers: Array.isArray(containers) ? containersOf(containers, config.container, image) : undefined,
  };
  const whole: MachineConfig = {
    ...base,
    image,
    env: { ...recordOf(base["env"]), ...envOf(config, group) },
    metadata: { ...recordOf(base["metadata"]), fly_process_group: group, fly_platform_version: "v2" },
    guest: { ...recordOf(base["guest"]), ...guestOver(config, group, base) },
    init: { ...recordOf(base["init"]), ...initOf(config, group) },
    services: inputs.containers === undefined ? services.map(serviceOf) : [],
  };
  for (const [name, part] of Object.entries(parts)) if (part !== undefined) whole[name] = part;
  return whole;
}

function recordOf(value: unknown): Record<string, never> {
  return typeof value === "object" && value !== null ? (value as Record<string, never>) : {};
}

/** The size that the file gives the group; what the base says stands where the file says nothing. */
function guestOver(config: AppConfig, group: string, base: Table): Record<string, unknown> {
  const own = guestFor(config, group);
  if (own !== undefined) return { ...own };
  return base["guest"] === undefined ? { ...guestOf({ processes: [] }) } : {};
}

function someOf<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

/** Files without groups are put into all machines, as the platform's own tool does. */
function isForGroup(file: FileSection, group: string): boolean {
  return file.processes.length === 0 || file.processes.includes(group);
}

function fileOf(file: FileSection, { files }: MachineInputs): Record<string, string> {
  if (file.localPath !== undefined) {
    const content = files?.get(file.localPath);
    return { guest_path: file.guestPath, ...(content === undefined ? {} : { raw_value: content }) };
  }
  if (file.secretName !== undefined) return { guest_path: file.guestPath, secret_name: file.secretName };
  return { guest_path: file.guestPath, raw_value: file.rawValue ?? "" };
}

/** A volume of a machine, without the volume itself. */
export function mountOf(mount: MountSection): Record<string, string | number> {
  return {
    name: mount.source,
    path: mount.destination,
    ...(mount.extendThresholdPercent === undefined ? {} : { extend_threshold_percent: mount.extendThresholdPercent }),
    ...(mount.extendByGb === undefined ? {} : { add_size_gb: mount.extendByGb }),
    ...(mount.extendLimitGb === undefined ? {} : { size_gb_limit: mount.extendLimitGb }),
  };
}

function staticOf(section: AppConfig["statics"][number]): Record<string, string> {
  return {
    guest_path: section.guestPath,
    url_prefix: section.urlPrefix,
    tigris_bucket: section.tigrisBucket ?? "",
    index_document: section.indexDocument ?? "",
  };
}

/** The first section that fits the group. */
function metricsOf(config: AppConfig, group: string): Record<string, unknown> | undefined {
  const section = config.metrics.find((candidate) => belongsTo(candidate, group, config));
  if (section === undefined) return undefined;
  const { port, path, https } = section;
  return {
    ...(port === undefined ? {} : { port }),
    ...(path === undefined ? {} : { path }),
    ...(https === undefined ? {} : { https }),
  };
}

/** The container that is named, else `app`, else the first, runs the image; so does each whose image is ".". */
function containersOf(containers: readonly Table[], named: string | undefined, image: string): readonly Table[] {
  const index = (name: string): number => containers.findIndex((container) => container["name"] === name);
  const chosen = named === undefined ? Math.max(index("app"), 0) : index(named);
  return containers.map((container, position) =>
    container["image"] === "." || (position === chosen && container["image"] === undefined)
      ? { ...container, image }
      : container,
  );
}

function envOf(config: AppConfig, group: string): Record<string, string> {
  const primary: Record<string, string> =
    config.primaryRegion === undefined ? {} : { PRIMARY_REGION: config.primaryRegion };
  return Object.assign(emptyTable<string>(), config.env, primary, { FLY_PROCESS_GROUP: group });
}

function initOf(config: AppConfig, group: string): NonNullable<MachineConfig["init"]> {
  const command = Object.hasOwn(config.processes, group) ? config.processes[group] : undefined;
  const words = command === undefined || command === "" ? undefined : splitShellWords(command);
  const cmd = words ?? config.init.cmd;
  return {
    ...(cmd === undefined ? {} : { cmd: [...cmd] }),
    ...(config.init.entrypoint === undefined ? {} : { entrypoint: [...config.init.entrypoint] }),
    ...(config.init.exec === undefined ? {} : { exec: [...config.init.exec] }),
    ...(config.swapSizeMb === undefined ? {} : { swap_size_mb: config.swapSizeMb }),
  };
}

/** How a program is to be ended; undefined where nothing is said about it. */
export function stopConfigOf(config: Pick<AppConfig, "killSignal" | "killTimeoutMs">): MachineConfig["stop_config"] {
  if (config.killSignal === undefined && config.killTimeoutMs === undefined) return undefined;
  return {
    ...(config.killSignal === undefined ? {} : { signal: config.killSignal }),
    ...(config.killTimeoutMs === undefined ? {} : { timeout: formatDurationMs(config.killTimeoutMs) }),
  };
}

function restartOf(config: AppConfig, group: string): MachineConfig["restart"] {
  const section = config.restart.findLast((candidate) => belongsTo(candidate, group, config));
  if (section === undefined) return undefined;
  const policy = section.policy === "never" ? "no" : section.policy;
  return { policy, ...(section.maxRetries === undefined ? {} : { max_retries: section.maxRetries }) };
}
