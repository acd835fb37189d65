// The default distances between regions, as round-trip times. Reads the generated matrix; configured links override these elsewhere.
import { AppError } from "../../errors/app-error.ts";
import { distanceKm, findRegion, type RegionCode } from "./regions.ts";
import { RTT_MATRIX } from "./rtt-matrix.ts";

/** The default round-trip time between two regions, in milliseconds: the same both ways, 0 within a region. */
export function rttMs(a: RegionCode, b: RegionCode): number {
  return a === b ? 0 : cell(a, b)[0];
}

/** Where the round-trip time of a pair comes from: keys of `RTT_SOURCES` joined by `+`, or `"same-region"`. */
export function rttSource(a: RegionCode, b: RegionCode): string {
  return a === b ? "same-region" : cell(a, b)[1];
}

/**
 * The candidates by round-trip time from a region, closest first, equal ones by code.
 * @example nearest("gru", ["jnb", "iad"]) // ["iad", "jnb"], although Johannesburg is closer on the map
 */
export function nearest(from: RegionCode, candidates: readonly RegionCode[]): RegionCode[] {
  return candidates.toSorted((a, b) => rttMs(from, a) - rttMs(from, b) || (a < b ? -1 : 1));
}

/** The great-circle distance between two regions' airports, in kilometres. */
export function greatCircleKm(a: RegionCode, b: RegionCode): number {
  return distanceKm(findRegion(a), findRegion(b));
}

function cell(a: RegionCode, b: RegionCode): readonly [rttMs: number, source: string] {
  const pair = a < b ? `${a}-${b}` : `${b}-${a}`;
  const found = RTT_MATRIX[pair];
  if (found === undefined) throw new AppError("INTERNAL", `The round-trip time matrix has no cell ${pair}`);
  return found;
}
