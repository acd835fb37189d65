// The round trip between two regions: datagrams of the edge in one to its echo in the other, through the planet's network.
import type { PlanetClient } from "../../client/planet-client.ts";
import { type RegionCode, rttMs } from "../../emulator/index.ts";
import { percentile } from "./percentile.ts";

export interface PingInput {
  readonly from: RegionCode;
  readonly to: RegionCode;
  readonly family: 4 | 6;
  /** Datagrams that count. */
  readonly count: number;
  readonly intervalMs: number;
}

/** The shape of `ping --json`. */
export interface PingResult {
  readonly from: RegionCode;
  readonly to: RegionCode;
  readonly family: 4 | 6;
  readonly configuredRttMs: number;
  readonly sent: number;
  readonly received: number;
  /** All null where nothing came back. */
  readonly rttMs: {
    readonly min: number | null;
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
}

/** The first datagrams find cold caches (neighbours, routes, compiled code) on their way: they are sent, but do not count. */
const WARM_UP_DATAGRAMS = 2;
/** What one measurement may send at most, less those. */
export const MAX_DATAGRAMS = 1_000 - WARM_UP_DATAGRAMS;

/**
 * Measures; makes the regions active first where they are not.
 * @throws REGION_UNKNOWN, UNREACHABLE
 */
export async function pingRegions(
  { from, to, family, count, intervalMs }: PingInput,
  { client }: { readonly client: Pick<PlanetClient, "activateRegions" | "probe"> },
): Promise<PingResult> {
  await client.activateRegions([...new Set([from, to])]);
  const { rttsMs } = await client.probe({ from, to, family, count: count + WARM_UP_DATAGRAMS, intervalMs });
  const counted = rttsMs.slice(WARM_UP_DATAGRAMS);
  const at = (share: number): number | null => {
    const value = percentile(counted, share);
    return value === undefined ? null : Math.round(value * 1_000) / 1_000;
  };
  return {
    from,
    to,
    family,
    configuredRttMs: rttMs(from, to),
    sent: count,
    received: counted.length,
    rttMs: { min: at(0), p50: at(0.5), p99: at(0.99), max: at(1) },
  };
}
