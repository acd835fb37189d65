// Pure: the regions that a list of codes and aliases stands for (statement RP-05).
import { findRegion, type Region } from "../../topology/regions.ts";

/** Stands for every region there is. */
export const ANY_REGION = "any";

const UNITED_STATES = "United States";

const ALIASES: ReadonlyMap<string, (region: Region) => boolean> = new Map([
  ["apac", ({ geoRegion }: Region) => geoRegion === "asia_pacific"],
  ["eu", ({ geoRegion }) => geoRegion === "europe"],
  ["na", ({ geoRegion }) => geoRegion === "north_america"],
  ["sa", ({ geoRegion }) => geoRegion === "south_america"],
  ["us", ({ country }) => country === UNITED_STATES],
  ["usa", ({ country }) => country === UNITED_STATES],
  [ANY_REGION, () => true],
]);

/** Which regions one entry of a list allows. */
export type RegionTest = (code: string) => boolean;

/** One test for each entry of a list, in its order; undefined where an entry is neither a code nor an alias. */
export function regionTests(list: readonly string[]): readonly RegionTest[] | undefined {
  const tests: RegionTest[] = [];
  for (const entry of list) {
    const alias = ALIASES.get(entry);
    if (alias === undefined && findRegion(entry) === undefined) return undefined;
    tests.push(alias === undefined ? (code) => code === entry : (code) => allows(alias, code));
  }
  return tests;
}

function allows(alias: (region: Region) => boolean, code: string): boolean {
  const region = findRegion(code);
  return region !== undefined && alias(region);
}
