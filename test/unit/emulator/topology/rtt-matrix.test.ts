import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import {
  buildMatrix,
  diffLines,
  parseSamples,
  readSamples,
  renderModule,
  type Sample,
} from "../../../../scripts/build-rtt-matrix.ts";
import { distanceKm, findRegion, REGIONS } from "../../../../src/emulator/topology/regions.ts";
import { RTT_MATRIX, RTT_SOURCES } from "../../../../src/emulator/topology/rtt-matrix.ts";

const cells = Object.entries(RTT_MATRIX);

describe("RTT_MATRIX", () => {
  test("has exactly one cell for each pair of regions", () => {
    const codes = REGIONS.map((region) => region.code);
    const pairs = codes.flatMap((a) => codes.filter((b) => a < b).map((b) => `${a}-${b}`));
    expect(pairs.length).toBe(153);
    expect(Object.keys(RTT_MATRIX)).toEqual(pairs);
  });

  test("has no cell that light in fibre could not reach", () => {
    for (const [pair, [rttMs]] of cells) {
      const [a, b] = pair.split("-").map((code) => findRegion(code));
      expect(a && b && rttMs >= 0.0113 * distanceKm(a, b), pair).toBe(true);
    }
  });

  test("is given in tenths of a millisecond", () => {
    for (const [pair, [rttMs]] of cells) expect(Number(rttMs.toFixed(1)), pair).toBe(rttMs);
  });

  test("uses every source that it lists and lists every source that it uses", () => {
    const used = new Set(cells.flatMap(([, [, source]]) => source.split("+").map((key) => key.replace("*0.94", ""))));
    expect([...used].toSorted()).toEqual(RTT_SOURCES.map((source) => source.key).toSorted());
  });

  test("is measured for all but three pairs", () => {
    const guessed = cells.filter(([, [, source]]) => source === "distance").map(([pair]) => pair);
    expect(guessed).toEqual(["bom-dfw", "bom-ewr", "bom-lax"]);
  });

  test("is what the script makes of the sources: run `node scripts/build-rtt-matrix.ts` when this fails", () => {
    const committed = readFileSync(new URL("../../../../src/emulator/topology/rtt-matrix.ts", import.meta.url), "utf8");
    expect(diffLines(committed, renderModule(buildMatrix(readSamples())))).toEqual([]);
  });
});

describe("buildMatrix", () => {
  const cell = (pair: string, samples: Record<string, Sample[]>) =>
    buildMatrix(new Map(Object.entries(samples))).get(pair);
  const sample = (from: string, to: string, rttMs: number): Sample => ({ from, to, rttMs });

  test("takes the median of the clouds before anything else", () => {
    const samples = {
      "aws-2025": [sample("fra", "lhr", 18)],
      "aws-2023": [sample("fra", "lhr", 30)],
      "azure-2025": [sample("lhr", "fra", 17)],
      "wondernetwork-2018": [sample("fra", "lhr", 15)],
    };
    expect(cell("fra-lhr", samples)).toEqual([18, "aws-2025+aws-2023+azure-2025"]);
  });

  test("takes the mean of two clouds", () => {
    const samples = { "aws-2025": [sample("cdg", "syd", 280)], "azure-2025": [sample("cdg", "syd", 241)] };
    expect(cell("cdg-syd", samples)).toEqual([260.5, "aws-2025+azure-2025"]);
  });

  test("gives a cloud one voice however many rows it has", () => {
    const samples = {
      "aws-2025": [sample("fra", "lhr", 18)],
      "azure-2025": [sample("fra", "lhr", 20), sample("lhr", "fra", 22), sample("fra", "lhr", 100)],
    };
    expect(cell("fra-lhr", samples)).toEqual([20, "aws-2025+azure-2025"]);
  });

  test("lets San Francisco stand for San Jose", () => {
    expect(cell("iad-sjc", { "azure-2025": [sample("sfo", "iad", 71)] })).toEqual([71, "azure-2025"]);
  });

  test("falls back to the public Internet, 6 % faster", () => {
    expect(cell("dfw-lax", { "wondernetwork-2018": [sample("dfw", "lax", 30)] })).toEqual([
      28.2,
      "wondernetwork-2018*0.94",
    ]);
  });

  test("falls back to the distance", () => {
    const km = distanceKm(findRegion("bom"), findRegion("dfw"));
    expect(cell("bom-dfw", {})).toEqual([Math.round((6.5 + 0.0155 * km) * 10) / 10, "distance"]);
  });

  test("raises what no cable could do", () => {
    // 11 970 km in fibre need at least 135.3 ms
    expect(cell("sjc-syd", { "aws-2025": [sample("sjc", "syd", 20)] })).toEqual([135.3, "aws-2025"]);
  });

  test("refuses a place whose position it does not know", () => {
    expect(() => buildMatrix(new Map([["azure-2025", [sample("qqq", "iad", 5)]]]))).toThrow('Airport "qqq"');
  });
});

describe("parseSamples", () => {
  test("finds columns by name and skips comments", () => {
    const text = "# source: somewhere\nsrc_iata,note,rtt_ms,dst_iata\r\niad,x,7.5,lhr\r\n";
    expect(parseSamples(text)).toEqual([{ from: "iad", to: "lhr", rttMs: 7.5 }]);
  });

  test.each(["0", "-1", "", "fast"])("refuses the time %j", (rtt) => {
    expect(() => parseSamples(`src_iata,dst_iata,rtt_ms\niad,lhr,${rtt}\n`)).toThrow("No round-trip time");
  });
});
