import { AppError } from "../../errors/app-error.ts";
import { isRegionCode, type RegionCode, REGIONS, suggestRegion } from "../../emulator/index.ts";
import { Flags } from "../oclif.ts";

/**
 * The region that a person's word stands for.
 * @throws REGION_UNKNOWN with what was probably meant.
 */
export function parseRegion(word: string): RegionCode {
  const code = word.trim().toLowerCase();
  if (isRegionCode(code)) return code;
  const near = suggestRegion(word);
  throw new AppError("REGION_UNKNOWN", `Region "${word}" does not exist`, {
    suggestions: [...near.map((region) => `use ${region}`), "hangar regions"],
    details: { region: word, near },
  });
}

/** A flag whose value is one region. */
export const regionFlag = Flags.custom<RegionCode>({ helpValue: "REGION", parse: async (word) => parseRegion(word) });

/** A flag whose value is regions separated by commas, each once, in the order given. */
export const regionsFlag = Flags.custom<RegionCode[]>({
  helpValue: "REGION,…",
  parse: async (words) => [
    ...new Set(
      words
        .split(",")
        .filter((word) => word.trim() !== "")
        .map(parseRegion),
    ),
  ],
});

/** As regionsFlag, where `all` stands for every region. */
export const regionsOrAllFlag = Flags.custom<RegionCode[]>({
  helpValue: "REGION,…|all",
  parse: async (words) =>
    words.trim() === "all"
      ? REGIONS.map(({ code }) => code)
      : [
          ...new Set(
            words
              .split(",")
              .filter((word) => word.trim() !== "")
              .map(parseRegion),
          ),
        ],
});
