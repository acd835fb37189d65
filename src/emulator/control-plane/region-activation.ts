// Makes regions active: their networks, the record of them, and the word to wan and edge. Several callers that want the
// same region wait for the same work.
import { AppError } from "../../errors/app-error.ts";
import type { Store } from "./store/store.ts";
import type { Infrastructure } from "../lifecycle/infrastructure.ts";
import type { Geography } from "./planet.ts";
import type { Publisher } from "./publisher.ts";

export interface RegionActivation {
  /**
   * Resolves when packets flow between the regions and all others that are active.
   * @throws REGION_UNKNOWN; PLANET_START_FAILED
   */
  activateRegions(wanted: readonly string[]): Promise<void>;
  /** The next activation asks wan and edge again, because they may have lost what they had. */
  forgetCarried(): void;
  /** As `forgetCarried`, and work under way is no longer waited for. */
  forget(): void;
}

export interface RegionActivationDeps {
  readonly planet: string;
  readonly store: Store;
  readonly geography: Pick<Geography, "requireRegion">;
  readonly publisher: Pick<Publisher, "settled" | "components">;
  readonly infrastructure: Infrastructure;
  readonly now: () => number;
  /** The world has changed. */
  changed(): void;
}

const SETTLE_DEADLINE_MS = 30_000;

export function createRegionActivation(deps: RegionActivationDeps): RegionActivation {
  const { store, geography, publisher, infrastructure, changed } = deps;
  /** Regions that wan and edge carry. */
  const carried = new Set<string>();
  /** Regions that are being made active. */
  const coming = new Map<string, Promise<void>>();

  const activate = async (wanted: readonly string[]): Promise<void> => {
    const all = [...new Set([...store.activeRegions(), ...wanted])].toSorted();
    await infrastructure.ensure(all);
    store.transaction(() => {
      for (const region of all) store.activateRegion(region, new Date(deps.now()).toISOString());
    });
    changed();
    if (!(await publisher.settled(["wan", "edge"], SETTLE_DEADLINE_MS))) {
      const down = publisher.components().filter(({ state }) => state !== "ready");
      throw new AppError(
        "PLANET_START_FAILED",
        `${down.map(({ name }) => name).join(" and ")} did not take up the network of ${wanted.join(", ")} within ${SETTLE_DEADLINE_MS / 1_000} s`,
        {
          suggestions: ["hangar doctor", ...down.map(({ name }) => `docker logs hangar-${deps.planet}-${name}`)],
        },
      );
    }
    for (const region of all) carried.add(region);
  };

  return {
    async activateRegions(wanted) {
      for (const region of wanted) geography.requireRegion(region);
      const missing = wanted.filter((region) => !carried.has(region) && !coming.has(region));
      if (missing.length > 0) {
        const work = activate(missing).finally(() => {
          for (const region of missing) if (coming.get(region) === work) coming.delete(region);
        });
        for (const region of missing) coming.set(region, work);
      }
      await Promise.all(wanted.flatMap((region) => coming.get(region) ?? []));
    },
    forgetCarried: () => carried.clear(),
    forget: () => {
      carried.clear();
      coming.clear();
    },
  };
}
