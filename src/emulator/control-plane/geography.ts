// The shipped regions and distances in the form that control asks for.
import { AppError } from "../../errors/app-error.ts";
import { findRegion, isRegionCode, REGIONS, suggestRegion } from "../topology/regions.ts";
import { rttMs } from "../topology/rtt.ts";
import type { Geography } from "./planet.ts";

/** The catalogue's regions; a region's slot in the address plan is its place in the alphabet. */
export const catalogueGeography: Geography = {
  codes: REGIONS.map(({ code }) => code),
  name: (code) => findRegion(code)?.name ?? code,
  slotOf: (code) => REGIONS.findIndex((region) => region.code === code),
  rttMs: (a, b) => (isRegionCode(a) && isRegionCode(b) ? rttMs(a, b) : 0),
  requireRegion: (code) => {
    if (isRegionCode(code)) return;
    const similar = suggestRegion(code);
    throw new AppError("REGION_UNKNOWN", `Region "${code}" does not exist`, {
      suggestions: [...(similar.length > 0 ? [`did you mean ${similar.join(" or ")}?`] : []), "hangar regions"],
    });
  },
};
