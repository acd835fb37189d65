// Pure: what the process groups of a release were, from what machines remember. The platform's public API keeps no fly.toml
// of a release, but each machine keeps its configurations, and each of these says which release wrote it.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import { groupOf, isManaged, mountsOf } from "../plan/managed.ts";
import type { GroupWish } from "../plan/plan-types.ts";

/** A configuration that a machine has or had. */
export interface Remembered {
  /** The machine as it is now; one that is gone too. */
  readonly machine: Machine;
  readonly config: MachineConfig;
  /** Whether the machine is there. */
  readonly present: boolean;
}

const versionOf = ({ metadata }: MachineConfig): number => Number(metadata?.["fly_release_version"] ?? Number.NaN);

/**
 * The groups as they were when the release served: for each the newest configuration that is not newer than the release.
 * Of machines that are gone only those count that the release itself has written: others may have gone before it.
 */
export function pastGroups(version: number, remembered: readonly Remembered[]): GroupWish[] {
  const chosen = new Map<string, MachineConfig>();
  for (const { machine, config, present } of remembered) {
    const wrote = versionOf(config);
    if (!isManaged({ ...machine, state: "started", config }) || wrote > version || Number.isNaN(wrote)) continue;
    if (!present && wrote !== version) continue;
    const group = groupOf({ ...machine, config });
    const before = chosen.get(group);
    if (before === undefined || versionOf(before) < wrote) chosen.set(group, config);
  }
  return [...chosen].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, config]) => wishOf(name, config));
}

function wishOf(name: string, config: MachineConfig): GroupWish {
  const { mounts: _mounts, standbys: _standbys, ...rest } = config;
  const mounts = mountsOf(config).map(({ name: volume = "", path }) => ({ name: volume, path, options: {} }));
  return { name, config: { ...rest, image: config.image }, sizeGiven: true, mounts };
}
