// Pure: how many machines of a group there have to be in each region.
import type { GroupWish, PlanOptions } from "./plan-types.ts";

export interface WantedCounts {
  /** Machines by region. Regions that are not named keep what they have, unless `exact`. */
  readonly counts: ReadonlyMap<string, number>;
  /** The counts are all that there may be: what exceeds them goes. */
  readonly exact: boolean;
  /** Who said so, for people. */
  readonly because: string;
}

/**
 * What is wanted: the regions of the flag (one machine each at least), else the counts that the file declares (exactly
 * these), else its regions, else what is there, else one machine in the primary region.
 * @param present machines by region
 */
export function wantedCounts(
  wish: GroupWish,
  present: ReadonlyMap<string, number>,
  options: Pick<PlanOptions, "regions" | "regionsDeclared" | "primaryRegion">,
): WantedCounts {
  if (options.regions.length > 0 && (wish.counts === undefined || !options.regionsDeclared))
    return {
      counts: new Map(options.regions.map((region) => [region, 1])),
      exact: false,
      because: options.regionsDeclared ? "the file names the region" : "the region was asked for",
    };
  if (wish.counts !== undefined)
    return { counts: new Map(Object.entries(wish.counts)), exact: true, because: "the file declares it" };
  if (present.size > 0) return { counts: new Map(), exact: false, because: "" };
  return { counts: new Map([[options.primaryRegion, 1]]), exact: false, because: "the group has no machine yet" };
}
