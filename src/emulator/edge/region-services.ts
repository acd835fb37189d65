// What listens on edge's address in each region: the far end of the backhaul and of measurements. Follows the world.
import type { WorldRegion } from "../../contract/world.ts";

export interface RegionService {
  close(): void;
  sweep(): void;
}

export interface RegionServices {
  /** Starts what is missing and stops what is no longer wanted. @throws what the start of a service throws */
  apply(regions: readonly WorldRegion[]): Promise<void>;
  /** Whether an address is one of edge's in the regions now in force. */
  isEdge(address: string): boolean;
  sweep(): void;
  close(): void;
}

/** @param start brings up everything of one region, or nothing */
export function createRegionServices(start: (region: WorldRegion) => Promise<RegionService>): RegionServices {
  const running = new Map<string, RegionService>();
  const addresses = new Set<string>();
  const keyOf = ({ code, edge4, edge6 }: WorldRegion): string => `${code} ${edge4} ${edge6}`;

  return {
    async apply(regions) {
      const wanted = new Set(regions.map(keyOf));
      for (const [key, service] of running) {
        if (wanted.has(key)) continue;
        running.delete(key);
        service.close();
      }
      addresses.clear();
      for (const { edge4, edge6 } of regions) addresses.add(edge4).add(edge6);
      for (const region of regions) {
        if (!running.has(keyOf(region))) running.set(keyOf(region), await start(region));
      }
    },
    isEdge: (address) => addresses.has(address),
    sweep() {
      for (const service of running.values()) service.sweep();
    },
    close() {
      for (const service of running.values()) service.close();
      running.clear();
    },
  };
}
