import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Histogram } from "../../../../src/operations/load/histogram.ts";

function histogramOf(times: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const ms of times) histogram.record(ms);
  return histogram;
}

describe("a histogram", () => {
  test("of nothing knows nothing", () => {
    expect(histogramOf([]).summary()).toBeUndefined();
    expect(histogramOf([]).buckets()).toEqual([]);
    expect(histogramOf([]).quantileMs(0.5)).toBe(0);
  });

  test("tells short times apart to the microsecond, and keeps the ends exact", () => {
    const { min, mean, p50, max } = histogramOf([0.001, 0.255, 100]).summary()!;
    expect({ min, mean, p50, max }).toEqual({ min: 0.001, mean: 33.419, p50: 0.255, max: 100 });
  });

  test("holds times that are longer than anything is waited for", () => {
    expect(histogramOf([1e12]).summary()?.max).toBeCloseTo(2_147_483.647);
    expect(histogramOf([-1]).summary()?.max).toBe(0);
  });

  test("gives quantiles that are never better than the true ones, and at most 0.8 % worse", () => {
    const times = fc.array(fc.double({ min: 0.001, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(times, fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1), (list, share) => {
        const sorted = list.map((ms) => Math.round(ms * 1_000) / 1_000).toSorted((a, b) => a - b);
        const exact = sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1]!;
        const measured = histogramOf(list).quantileMs(share);
        expect(measured).toBeGreaterThanOrEqual(exact);
        expect(measured).toBeLessThanOrEqual(exact * 1.008 + 0.001);
      }),
    );
  });

  test("has buckets that follow each other and hold every time", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100_000, noNaN: true }), { maxLength: 200 }), (list) => {
        const buckets = histogramOf(list).buckets();
        expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(list.length);
        for (const [index, { fromMs, toMs }] of buckets.entries()) {
          expect(fromMs).toBeLessThan(toMs);
          if (index > 0) expect(fromMs).toBeGreaterThanOrEqual(buckets[index - 1]!.toMs);
        }
        for (const ms of list) {
          const us = Math.round(ms * 1_000) / 1_000;
          expect(buckets.some(({ fromMs, toMs }) => us >= fromMs && us < toMs)).toBe(true);
        }
      }),
    );
  });
});
