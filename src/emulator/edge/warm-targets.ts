// Pure: between which regions backhaul connections are kept warm: from each entry region to the one that would serve it
// now, for each app.
import type { WorldMachine } from "../../contract/world.ts";
import type { Target, UpstreamPool } from "./http1/upstream-connection.ts";
import { backhaulTarget } from "./targets.ts";
import type { WorldIndex } from "./world-index.ts";

/** The far ends to keep warm, each pair once. */
export function planWarmTargets(
  world: WorldIndex,
  isHealthy: (machine: WorldMachine) => boolean,
  port: number,
  pool: UpstreamPool,
): Target[] {
  const targets = new Map<string, Target>();
  for (const app of world.apps.keys()) {
    for (const entry of world.regions.values()) {
      for (const code of servingRegions(world, app, entry.code, isHealthy)) {
        const region = world.regions.get(code);
        if (region === undefined || code === entry.code) continue;
        const target = backhaulTarget(entry, region, port, "", pool);
        targets.set(target.key, target);
      }
    }
  }
  return [...targets.values()];
}

/** The regions of the nearest machines that are healthy. */
function servingRegions(
  world: WorldIndex,
  app: string,
  entry: string,
  isHealthy: (machine: WorldMachine) => boolean,
): Iterable<string> {
  for (const { backends } of world.rings(app, entry)) {
    const regions = backends.flatMap(({ machine }) => (isHealthy(machine) ? [machine.region] : []));
    if (regions.length > 0) return new Set(regions);
  }
  return [];
}
