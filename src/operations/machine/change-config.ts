// A machine's configuration with the changes that flags ask for. Pure; files are read before.
import type { MachineConfig } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { guestOf, isPreset, presetNames } from "../../project/guest.ts";
import { parseMemoryMb } from "../../project/memory-size.ts";
import { closestWords } from "../../errors/did-you-mean.ts";
import { parsePort } from "./parse-port.ts";
import { wordsOf } from "./words-of.ts";

/** What may be changed; undefined leaves it as it is. */
export interface ConfigChanges {
  readonly image?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly entrypoint?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** As parsePort reads them; they replace the services that are there. */
  readonly ports?: readonly string[] | undefined;
  /** `NAME_OR_ID:/path`; they replace the mounts that are there. */
  readonly volumes?: readonly string[] | undefined;
  readonly size?: string | undefined;
  /** With a unit, else in megabytes. */
  readonly memory?: string | undefined;
  readonly cpus?: number | undefined;
  readonly cpuKind?: "shared" | "performance" | undefined;
  readonly restart?: "no" | "always" | "on-failure" | undefined;
  readonly autoDestroy?: boolean | undefined;
  readonly schedule?: "hourly" | "daily" | "weekly" | "monthly" | undefined;
  readonly standbyFor?: readonly string[] | undefined;
  readonly autostart?: boolean | undefined;
  readonly autostop?: "off" | "stop" | "suspend" | undefined;
  readonly files?: MachineConfig["files"];
  readonly skipDns?: boolean | undefined;
}

/** The configuration with the changes. @throws USAGE */
export function changeConfig(before: MachineConfig, changes: ConfigChanges): MachineConfig {
  const services = changedServices(before, changes);
  const guest = changedGuest(before, changes);
  const init = {
    ...before.init,
    ...(changes.command === undefined || changes.command.length === 0 ? {} : { cmd: [...changes.command] }),
    ...(changes.entrypoint === undefined ? {} : { entrypoint: wordsOf(changes.entrypoint) }),
  };
  return {
    ...before,
    ...(changes.image === undefined ? {} : { image: changes.image }),
    ...(changes.env === undefined ? {} : { env: { ...before.env, ...changes.env } }),
    ...(changes.metadata === undefined ? {} : { metadata: { ...before.metadata, ...changes.metadata } }),
    ...(Object.keys(init).length === 0 ? {} : { init }),
    ...(services === undefined ? {} : { services }),
    ...(guest === undefined ? {} : { guest }),
    ...(changes.volumes === undefined ? {} : { mounts: changes.volumes.map(mountOf) }),
    ...(changes.restart === undefined ? {} : { restart: { ...before.restart, policy: changes.restart } }),
    ...(changes.autoDestroy === undefined ? {} : { auto_destroy: changes.autoDestroy }),
    ...(changes.schedule === undefined ? {} : { schedule: changes.schedule }),
    ...(changes.standbyFor === undefined ? {} : { standbys: [...changes.standbyFor] }),
    ...(changes.files === undefined ? {} : { files: changes.files }),
    ...(changes.skipDns === undefined ? {} : { dns: { ...before.dns, skip_registration: changes.skipDns } }),
  };
}

function changedServices(
  before: MachineConfig,
  { ports, autostart, autostop }: ConfigChanges,
): MachineConfig["services"] {
  if (ports === undefined && autostart === undefined && autostop === undefined) return undefined;
  return (ports === undefined ? (before.services ?? []) : ports.map(parsePort)).map((service) => ({
    ...service,
    ...(autostart === undefined ? {} : { autostart }),
    ...(autostop === undefined ? {} : { autostop }),
  }));
}

function changedGuest(before: MachineConfig, { size, memory, cpus, cpuKind }: ConfigChanges): MachineConfig["guest"] {
  if (size === undefined && memory === undefined && cpus === undefined && cpuKind === undefined) return undefined;
  if (size !== undefined && !isPreset(size)) {
    throw new AppError("USAGE", `--vm-size "${size}" does not exist`, {
      suggestions: [...closestWords(size, presetNames()).map((near) => `use ${near}`), "hangar platform vm-sizes"],
    });
  }
  const memoryMb = memory === undefined ? undefined : parseMemoryMb(memory);
  if (memory !== undefined && memoryMb === undefined) {
    throw new AppError("USAGE", `--vm-memory "${memory}" is not a size`, { suggestions: ["--vm-memory 512mb"] });
  }
  return {
    ...(size === undefined ? (before.guest ?? guestOf({ processes: [] })) : guestOf({ processes: [], size })),
    ...(memoryMb === undefined ? {} : { memory_mb: memoryMb }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(cpuKind === undefined ? {} : { cpu_kind: cpuKind }),
  };
}

function mountOf(word: string): { volume: string; path: string } {
  const match = /^([^:]+):(\/.*)$/.exec(word);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new AppError("USAGE", `--volume "${word}" is not VOLUME:/PATH`, { suggestions: ["--volume vol_123:/data"] });
  }
  return { volume: match[1], path: match[2] };
}
