// Builds src/emulator/topology/rtt-matrix.ts, the default round-trip times between regions, from the measurements in data/rtt/.
// `node scripts/build-rtt-matrix.ts` writes the module; with `--check` it only prints the lines that differ, and exits 1 if any do.
import { readFileSync, writeFileSync } from "node:fs";

import {
  type Coordinates,
  distanceKm,
  type Region,
  type RegionCode,
  REGIONS,
} from "../src/emulator/topology/regions.ts";

/** One measured round trip, in milliseconds, between two places named by airport codes. */
export interface Sample {
  readonly from: string;
  readonly to: string;
  readonly rttMs: number;
}

/** Samples by source key; a source without samples may be left out. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

/** `"ams-arn"` (codes sorted) → milliseconds and source. */
export type Matrix = ReadonlyMap<string, readonly [rttMs: number, source: string]>;

interface Source {
  readonly key: string;
  readonly title: string;
  readonly date: string;
  readonly url: string;
}

interface MeasuredSource extends Source {
  /** Name of the file in data/rtt/. */
  readonly file: string;
}

const CLOUDS: readonly MeasuredSource[] = [
  {
    key: "aws-2025",
    title: "cloudping.co: TCP connect between AWS regions, median over one year",
    date: "2025-10-09",
    url: "https://www.cloudping.co/api/latencies?percentile=p_50&timeframe=1Y",
    file: "aws-cloudping-p50-1y-2025-10.csv",
  },
  {
    key: "aws-2023",
    title: "CometBFT end-to-end tests: one-way delays between AWS regions, doubled",
    date: "2023-11-29",
    url: "https://github.com/cometbft/cometbft/blob/19636cb1ce/test/e2e/pkg/files/aws-latencies.csv",
    file: "aws-cometbft-e2e-2023.csv",
  },
  {
    key: "azure-2025",
    title: "Azure network round-trip latency statistics: median of one-minute probes over 30 days",
    date: "2025-07",
    url: "https://learn.microsoft.com/azure/networking/azure-network-latency",
    file: "azure-p50-2025.csv",
  },
];

const PUBLIC_INTERNET: MeasuredSource = {
  key: "wondernetwork-2018",
  title: "WonderNetwork global ping statistics: ICMP averages on the public Internet",
  date: "2018-11-10",
  url: "https://wondernetwork.com/pings",
  file: "wondernetwork-2018-11-10-fly-regions.csv",
};

const DISTANCE: Source = {
  key: "distance",
  title: "6.5 ms + 0.0155 ms per great-circle kilometre, fitted to the cloud measurements",
  date: "2025-10-09",
  url: "data/rtt/README.md",
};

// A cloud site stands for a region when it is this close: San Francisco is San Jose (49 km), while Gävle is not Stockholm
// (118 km, and 36 ms to Amsterdam where Stockholm has 20), Pune not Mumbai (124 km), Dublin not London.
const MAX_SITE_KM = 100;

// The public Internet of 2018 was about 6 % slower than the cloud backbones on the pairs that both measured.
const PUBLIC_INTERNET_FACTOR = 0.94;

// The straight line through the cloud measurements with the smallest relative errors.
const FIT_BASE_MS = 6.5;
const FIT_MS_PER_KM = 0.0155;

// Light in fibre needs 0.0098 ms per km there and back; no measured pair came below 1.16 times that.
const FLOOR_MS_PER_KM = 0.0113;

// Airports of cloud sites that are not themselves regions; a row with any other place stops the build.
const OTHER_AIRPORTS: Readonly<Record<string, Coordinates>> = {
  sfo: { latitude: 37.6213, longitude: -122.379 },
};

const MODULE = new URL("../src/emulator/topology/rtt-matrix.ts", import.meta.url);

/** Reads every source file of data/rtt/. */
export function readSamples(): Samples {
  return new Map(
    [...CLOUDS, PUBLIC_INTERNET].map((source) => {
      const file = new URL(`../data/rtt/${source.file}`, import.meta.url);
      return [source.key, parseSamples(readFileSync(file, "utf8"))];
    }),
  );
}

/** Parses comma-separated samples: `#` lines are comments, columns are found by name, and no field is quoted. */
export function parseSamples(text: string): Sample[] {
  const lines = text.split(/\r?\n/).filter((line) => line !== "" && !line.startsWith("#"));
  const columns = (lines.shift() ?? "").split(",");
  return lines.map((line) => {
    const fields = line.split(",");
    const field = (name: string): string => fields[columns.indexOf(name)] ?? "";
    const rttMs = Number(field("rtt_ms"));
    if (!(rttMs > 0)) throw new Error(`No round-trip time in "${line}"`);
    return { from: field("src_iata"), to: field("dst_iata"), rttMs };
  });
}

/** One cell for every pair of regions: median of the clouds, else the public Internet, else the distance. */
export function buildMatrix(samples: Samples): Matrix {
  const medians = new Map([...samples].map(([key, list]) => [key, medianByPair(list)]));
  const matrix = new Map<string, readonly [number, string]>();
  for (const a of REGIONS) {
    for (const b of REGIONS) {
      if (a.code < b.code) matrix.set(pairOf(a.code, b.code), cellFor(a, b, medians));
    }
  }
  return matrix;
}

function cellFor(
  a: Region,
  b: Region,
  medians: ReadonlyMap<string, ReadonlyMap<string, number>>,
): readonly [number, string] {
  const pair = pairOf(a.code, b.code);
  const km = distanceKm(a, b);
  const measured = CLOUDS.flatMap(({ key }) => {
    const rttMs = medians.get(key)?.get(pair);
    return rttMs === undefined ? [] : [{ key, rttMs }];
  });
  if (measured.length > 0) {
    const source = measured.map(({ key }) => key).join("+");
    return atLeastFloor(median(measured.map(({ rttMs }) => rttMs)), source, km);
  }
  const publicMs = medians.get(PUBLIC_INTERNET.key)?.get(pair);
  if (publicMs !== undefined) {
    return atLeastFloor(publicMs * PUBLIC_INTERNET_FACTOR, `${PUBLIC_INTERNET.key}*${PUBLIC_INTERNET_FACTOR}`, km);
  }
  return atLeastFloor(FIT_BASE_MS + FIT_MS_PER_KM * km, DISTANCE.key, km);
}

function atLeastFloor(rttMs: number, source: string, km: number): readonly [number, string] {
  const floorMs = FLOOR_MS_PER_KM * km;
  return rttMs < floorMs ? [Math.ceil(floorMs * 10) / 10, source] : [Math.round(rttMs * 10) / 10, source];
}

/** The median of all samples of a pair of regions, whichever the direction and the site. */
function medianByPair(samples: readonly Sample[]): ReadonlyMap<string, number> {
  const byPair = Map.groupBy(samples, ({ from, to }) => {
    const a = regionOf(from);
    const b = regionOf(to);
    return a === undefined || b === undefined || a === b ? "" : pairOf(a, b);
  });
  byPair.delete("");
  return new Map([...byPair].map(([pair, list]) => [pair, median(list.map(({ rttMs }) => rttMs))]));
}

/** The closest region within `MAX_SITE_KM` of an airport. */
function regionOf(airport: string): RegionCode | undefined {
  const site = REGIONS.find(({ code }) => code === airport) ?? OTHER_AIRPORTS[airport];
  if (site === undefined) throw new Error(`Airport "${airport}" has no coordinates in OTHER_AIRPORTS`);
  const [closest] = REGIONS.toSorted((a, b) => distanceKm(a, site) - distanceKm(b, site));
  return closest !== undefined && distanceKm(closest, site) <= MAX_SITE_KM ? closest.code : undefined;
}

function pairOf(a: RegionCode, b: RegionCode): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

/** The text of src/emulator/topology/rtt-matrix.ts. */
export function renderModule(matrix: Matrix): string {
  const sources = [...CLOUDS, PUBLIC_INTERNET, DISTANCE].map(({ key, title, date, url }) =>
    [
      "  {",
      ...Object.entries({ key, title, date, url }).map(([name, value]) => `    ${name}: ${JSON.stringify(value)},`),
      "  },",
    ].join("\n"),
  );
  const cells = [...matrix].map(([pair, [rttMs, source]]) => `  "${pair}": [${rttMs}, "${source}"],`);
  return `// Generated by scripts/build-rtt-matrix.ts from data/rtt/*.csv. Do not edit: change the sources or the rule there, and run it.
// A cell is the median of the cloud sources, else WonderNetwork * ${PUBLIC_INTERNET_FACTOR}, else ${FIT_BASE_MS} + ${FIT_MS_PER_KM} * km; never below ${FLOOR_MS_PER_KM} * km.

/** What the cells were computed from: \`key\` is the name used in \`RTT_MATRIX\`, \`date\` the day or month of the measurements. */
export const RTT_SOURCES: readonly { key: string; title: string; date: string; url: string }[] = [
${sources.join("\n")}
];

/**
 * Round-trip times in milliseconds between two regions, each with its source; the codes of a key are sorted.
 * Where a third region offers a shorter detour, real networks do not take it, so such pairs are left as measured.
 */
export const RTT_MATRIX: Readonly<Record<string, readonly [rttMs: number, source: string]>> = {
${cells.join("\n")}
};
`;
}

/** The lines that only one of two texts has: `-` for the first, `+` for the second. */
export function diffLines(before: string, after: string): string[] {
  const [old, fresh] = [before.split("\n"), after.split("\n")];
  const [oldSet, freshSet] = [new Set(old), new Set(fresh)];
  return [
    ...old.filter((line) => !freshSet.has(line)).map((line) => `- ${line}`),
    ...fresh.filter((line) => !oldSet.has(line)).map((line) => `+ ${line}`),
  ];
}

function main(check: boolean): void {
  const fresh = renderModule(buildMatrix(readSamples()));
  if (!check) {
    writeFileSync(MODULE, fresh);
    return;
  }
  const committed = readFileSync(MODULE, "utf8");
  if (committed === fresh) return;
  console.error("src/emulator/topology/rtt-matrix.ts is stale: run `node scripts/build-rtt-matrix.ts`");
  for (const line of diffLines(committed, fresh)) console.error(line);
  process.exitCode = 1;
}

if (import.meta.main) main(process.argv.includes("--check"));
