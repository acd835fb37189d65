// Which regions there are and, seen from one of them, how far away. Pure: the facts ship with the program.
import { nearest, type RegionCode, REGIONS, rttMs, rttSource } from "../../emulator/index.ts";

/** A region as the platform's API shows it, with the round-trip time from the chosen one. */
export interface RegionListing {
  readonly code: RegionCode;
  readonly name: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly geo_region: string;
  readonly gateway_available: boolean;
  readonly rttMs?: number;
  /** What the round-trip time was computed from. */
  readonly rttSource?: string;
}

/** All regions by code, or by distance from one. */
export function listRegions(input: { readonly from?: RegionCode } = {}): RegionListing[] {
  const { from } = input;
  const listings = REGIONS.map((region) => ({
    code: region.code,
    name: region.name,
    latitude: region.latitude,
    longitude: region.longitude,
    geo_region: region.geoRegion,
    gateway_available: region.gatewayAvailable,
    ...(from === undefined ? {} : { rttMs: rttMs(from, region.code), rttSource: rttSource(from, region.code) }),
  }));
  if (from === undefined) return listings;
  const order = nearest(
    from,
    listings.map((listing) => listing.code),
  );
  return listings.toSorted((a, b) => order.indexOf(a.code) - order.indexOf(b.code));
}
