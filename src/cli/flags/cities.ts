import { type RegionCode, REGIONS } from "../../emulator/index.ts";
import { Flags } from "../oclif.ts";
import { parseRegion } from "./region.ts";

/** A flag whose value is cities by their regions' codes, each once, in the order given; `all` is every region by code. */
export const citiesFlag = Flags.custom<RegionCode[]>({
  helpValue: "REGION,…|all",
  parse: async (words) => {
    if (words.trim().toLowerCase() === "all") return REGIONS.map(({ code }) => code);
    const codes = words
      .split(",")
      .filter((word) => word.trim() !== "")
      .map(parseRegion);
    return codes.length === 0 ? [parseRegion(words)] : [...new Set(codes)];
  },
});
