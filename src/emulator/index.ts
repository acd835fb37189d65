// The emulator's public face: pure facts about the planet's geography, cheap to load. What runs a planet has entry points
// of its own under processes/ and lifecycle/, so that a command that only reads facts does not pay for them.
export { managementAddresses } from "./topology/address-plan.ts";
export { nearest, rttMs, rttSource } from "./topology/rtt.ts";
export { findRegion, isRegionCode, type RegionCode, REGIONS, suggestRegion } from "./topology/regions.ts";
