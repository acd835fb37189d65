import { describe, expect, test } from "vitest";

import { REGIONS, type RegionCode } from "../../../../src/emulator/topology/regions.ts";
import { RTT_SOURCES } from "../../../../src/emulator/topology/rtt-matrix.ts";
import { greatCircleKm, nearest, rttMs, rttSource } from "../../../../src/emulator/topology/rtt.ts";

const codes = REGIONS.map((region) => region.code);
const pairs = codes.flatMap((a) => codes.map((b) => [a, b] as const));

describe("rttMs", () => {
  test("is the same in both directions", () => {
    for (const [a, b] of pairs) expect(rttMs(a, b)).toBe(rttMs(b, a));
  });

  test("is zero within a region and nowhere else", () => {
    for (const [a, b] of pairs) expect(rttMs(a, b) === 0).toBe(a === b);
  });

  test("is never faster than light in fibre", () => {
    for (const [a, b] of pairs) expect(rttMs(a, b)).toBeGreaterThanOrEqual(0.0113 * greatCircleKm(a, b));
  });

  test("is the middle one of three cloud measurements", () => {
    // 77.56 and 76 ms on AWS, 78.5 ms on Azure
    expect(rttMs("iad", "lhr")).toBe(77.6);
  });
});

describe("rttSource", () => {
  test("names known sources for every pair, the same in both directions", () => {
    const known = new Set(RTT_SOURCES.map((source) => source.key));
    for (const [a, b] of pairs) {
      expect(rttSource(a, b)).toBe(rttSource(b, a));
      if (a !== b)
        expect(
          rttSource(a, b)
            .split("+")
            .every((key) => known.has(key.replace(/\*.*/, ""))),
        ).toBe(true);
    }
  });

  test("says that a region is no distance from itself", () => {
    expect(rttSource("iad", "iad")).toBe("same-region");
  });
});

describe("nearest", () => {
  test.each<[RegionCode, RegionCode[], RegionCode[]]>([
    ["lhr", ["iad", "ams", "nrt"], ["ams", "iad", "nrt"]],
    ["syd", ["iad", "lhr", "nrt"], ["nrt", "iad", "lhr"]],
    ["sjc", ["iad", "lax", "ord"], ["lax", "ord", "iad"]],
    ["bom", ["fra", "sin", "syd"], ["sin", "fra", "syd"]],
  ])("sorts by round-trip time from %s", (from, candidates, sorted) => {
    expect(nearest(from, candidates)).toEqual(sorted);
  });

  test("prefers the faster network to the shorter distance", () => {
    expect(greatCircleKm("gru", "jnb")).toBeLessThan(greatCircleKm("gru", "iad"));
    expect(nearest("gru", ["jnb", "iad"])).toEqual(["iad", "jnb"]);
  });

  test("puts the region itself first", () => {
    for (const code of codes) expect(nearest(code, codes)[0]).toBe(code);
  });

  test("does not depend on the order of the candidates and leaves them alone", () => {
    const candidates = Object.freeze([...codes]);
    for (const code of codes) expect(nearest(code, candidates)).toEqual(nearest(code, codes.toReversed()));
  });

  test("sorts nothing into nothing", () => {
    expect(nearest("iad", [])).toEqual([]);
  });
});

describe("greatCircleKm", () => {
  test("is the distance between the airports, the same in both directions", () => {
    expect(greatCircleKm("ewr", "iad")).toBeCloseTo(341, 0);
    for (const [a, b] of pairs) expect(greatCircleKm(a, b)).toBeCloseTo(greatCircleKm(b, a), 6);
  });
});
