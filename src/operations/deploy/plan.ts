// Pure: what a deploy does to the machines of an app.
import type { Machine, MachineConfig } from "../../contract/machine.ts";

export interface GroupPlan {
  readonly group: string;
  readonly config: MachineConfig;
  /** Regions that get their first machine of the group. */
  readonly create: readonly string[];
  readonly update: readonly Machine[];
  /** Machines that run exactly this already. */
  readonly unchanged: readonly Machine[];
  /** Machines beyond the declared numbers; they go when the others are done. */
  readonly surplus: readonly Machine[];
}

/** Set on the machine that tries a new version out before the others get it. */
export const CANARY_KEY = "hangar_canary";

/** JSON with sorted keys, so that equal values give equal texts. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

/** The process group that a machine belongs to. */
export function groupOf(machine: Machine): string {
  return machine.config.metadata?.fly_process_group ?? "app";
}

/** Whether the deploy engine looks after a machine: those that people made by hand, and left-over canaries, it does not. */
function isManaged(machine: Machine): boolean {
  return (
    machine.state !== "destroyed" &&
    machine.state !== "destroying" &&
    machine.config.metadata?.fly_platform_version === "v2" &&
    machine.config.metadata[CANARY_KEY] === undefined
  );
}

/**
 * For a process group: one machine for each wanted region, and the new configuration for all that exist. With no wanted
 * region, the machines that exist decide, and the first one of all goes to the fallback.
 * @param counts declared numbers of machines by region, which are kept exactly and take the place of `wanted`
 */
export function planGroup(
  group: string,
  config: MachineConfig,
  machines: readonly Machine[],
  wanted: readonly string[],
  fallback: string,
  force: boolean,
  counts?: ReadonlyMap<string, number>,
): GroupPlan {
  const all = machines.filter((machine) => isManaged(machine) && groupOf(machine) === group);
  const surplus = counts === undefined ? [] : surplusOf(all, counts);
  const own = all.filter((machine) => !surplus.includes(machine));
  const present = new Set(own.map(({ region }) => region));
  const regions = wanted.length > 0 ? wanted : own.length > 0 ? [] : [fallback];
  const same = (machine: Machine): boolean =>
    !force && machine.state === "started" && canonical(machine.config) === canonical(config);
  return {
    group,
    config,
    create: counts === undefined ? regions.filter((region) => !present.has(region)) : missingOf(own, counts),
    update: own.filter((machine) => !same(machine)),
    unchanged: own.filter(same),
    surplus,
  };
}

/** Those that came last in each region. */
function surplusOf(machines: readonly Machine[], counts: ReadonlyMap<string, number>): Machine[] {
  const seen = new Map<string, number>();
  return machines
    .toSorted((a, b) => (a.created_at < b.created_at ? -1 : 1))
    .filter(({ region }) => {
      seen.set(region, (seen.get(region) ?? 0) + 1);
      return (seen.get(region) ?? 0) > (counts.get(region) ?? 0);
    });
}

/** A region once for each machine that it lacks. */
function missingOf(machines: readonly Machine[], counts: ReadonlyMap<string, number>): string[] {
  return [...counts].flatMap(([region, count]) => {
    const there = machines.filter((machine) => machine.region === region).length;
    return Array.from({ length: Math.max(0, count - there) }, () => region);
  });
}

/** Machines of groups that the configuration no longer has, and canaries that an interrupted deploy left. */
export function machinesToDestroy(machines: readonly Machine[], groups: readonly string[]): Machine[] {
  return machines.filter(
    (machine) =>
      (isManaged(machine) && !groups.includes(groupOf(machine))) ||
      (machine.config.metadata?.[CANARY_KEY] !== undefined &&
        machine.state !== "destroyed" &&
        machine.state !== "destroying"),
  );
}
