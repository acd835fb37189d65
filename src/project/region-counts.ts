import type { AppConfig } from "./app-config.ts";

/** `[hangar.regions]`: numbers of machines by region, for all groups and for some by themselves. */
export interface RegionCounts {
  readonly all: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * How many machines of a process group the configuration wants in each region, exactly: a region that is not named has
 * none. A table of the group's own replaces the one for all. Undefined where nothing is declared for the group.
 */
export function declaredCounts(
  config: Pick<AppConfig, "regionCounts">,
  group: string,
): ReadonlyMap<string, number> | undefined {
  const { all, groups } = config.regionCounts ?? { all: new Map<string, number>(), groups: new Map() };
  const own: ReadonlyMap<string, number> | undefined = groups.get(group);
  if (own !== undefined) return own;
  return all.size > 0 ? all : undefined;
}

/** All regions that are given at least one machine, each once. */
export function declaredRegions({ all, groups }: RegionCounts): string[] {
  const counts = [all, ...groups.values()].flatMap((one) => [...one]);
  return [...new Set(counts.flatMap(([region, count]) => (count > 0 ? [region] : [])))];
}
