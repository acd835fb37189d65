import { array, assert, double, property } from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProbeRequest } from "../../../../src/contract/probe.ts";
import { rttMs } from "../../../../src/emulator/index.ts";
import { percentile } from "../../../../src/operations/ping/percentile.ts";
import { pingRegions } from "../../../../src/operations/ping/ping-regions.ts";

describe("percentile", () => {
  test.each([
    [[], 0.5, undefined],
    [[7], 0.99, 7],
    [[3, 1, 2], 0, 1],
    [[3, 1, 2], 0.5, 2],
    [[4, 3, 1, 2], 0.5, 2],
    [Array.from({ length: 100 }, (_, index) => 100 - index), 0.99, 99],
    [[10, 9, 100], 1, 100],
  ])("of %j at %d is %s", (values, share, expected) => {
    expect(percentile(values, share)).toBe(expected);
  });

  test("is always a measured value that at least the share is not above", () => {
    const values = array(double({ noNaN: true, min: 0, max: 1e6 }), { minLength: 1 });
    assert(
      property(values, double({ min: 0, max: 1, noNaN: true }), (measured, share) => {
        const found = percentile(measured, share) ?? Number.NaN;
        expect(measured).toContain(found);
        expect(measured.filter((value) => value <= found).length).toBeGreaterThanOrEqual(
          Math.floor(share * measured.length),
        );
      }),
    );
  });
});

describe("pingRegions", () => {
  const ping = async (rttsMs: number[]) => {
    let asked: ProbeRequest | undefined;
    const result = await pingRegions(
      { from: "iad", to: "nrt", family: 6, count: 3, intervalMs: 50 },
      {
        client: {
          activateRegions: async () => undefined as never,
          probe: async (request) => {
            asked = request;
            return { sent: request.count, received: rttsMs.length, rttsMs };
          },
        },
      },
    );
    return { result, asked };
  };

  test("sends two datagrams that do not count", async () => {
    const { result, asked } = await ping([900, 500, 150.12345, 149, 151]);
    expect(asked).toEqual({ from: "iad", to: "nrt", family: 6, count: 5, intervalMs: 50 });
    expect(result).toEqual({
      from: "iad",
      to: "nrt",
      family: 6,
      configuredRttMs: rttMs("iad", "nrt"),
      sent: 3,
      received: 3,
      rttMs: { min: 149, p50: 150.123, p99: 151, max: 151 },
    });
  });

  test("knows no times where nothing comes back", async () => {
    expect((await ping([])).result).toMatchObject({
      sent: 3,
      received: 0,
      rttMs: { min: null, p50: null, p99: null, max: null },
    });
  });
});
