import { AppError } from "../errors/app-error.ts";
import type { AppConfig } from "./app-config.ts";

/** What is known about regions, from outside: this folder has no list of its own. */
export interface RegionNames {
  has(code: string): boolean;
  /** Codes that a text probably means, best first. */
  suggest(text: string): readonly string[];
}

/**
 * The regions that a deploy puts machines in, each once, in the order given: those of the flag, else those of
 * `[hangar] regions`, else the primary region; empty where nothing is said. The primary region is not added to a list
 * that leaves it out.
 * @param flagRegions codes, or lists of codes joined by commas
 * @throws REGION_UNKNOWN naming the first code that is no region, with what was probably meant
 */
export function wantedRegions(
  config: Pick<AppConfig, "regions" | "primaryRegion">,
  flagRegions: readonly string[],
  regions: RegionNames,
): string[] {
  const flags = splitCodes(flagRegions);
  const fromFile = splitCodes(config.regions);
  const wanted =
    [flags, fromFile, splitCodes(config.primaryRegion === undefined ? [] : [config.primaryRegion])].find(
      (codes) => codes.length > 0,
    ) ?? [];
  for (const code of wanted) requireRegion(code, regions);
  return wanted;
}

/**
 * The code itself, where it is one.
 * @throws REGION_UNKNOWN
 */
function requireRegion(code: string, regions: RegionNames): string {
  if (regions.has(code)) return code;
  const [best, ...others] = regions.suggest(code);
  throw new AppError(
    "REGION_UNKNOWN",
    `Region "${code}" does not exist${best === undefined ? "" : `; did you mean ${[best, ...others].join(" or ")}?`}`,
    {
      suggestions: ["hangar regions"],
      details: { region: code, suggestions: best === undefined ? [] : [best, ...others] },
    },
  );
}

function splitCodes(texts: readonly string[]): string[] {
  const codes = texts
    .flatMap((text) => text.split(","))
    .map((code) => code.trim())
    .filter((code) => code !== "");
  return [...new Set(codes)];
}
