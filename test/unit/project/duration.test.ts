import { assert, property, integer } from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDurationMs, parseDurationMs } from "../../../src/project/duration.ts";

describe("durations", () => {
  test.each([
    ["10s", 10_000],
    ["1m30s", 90_000],
    ["1h0m0s", 3_600_000],
    ["1.5s", 1_500],
    [".5s", 500],
    ["250ms", 250],
    ["0", 0],
    ["0s", 0],
    ["-2s", -2_000],
    ["10", undefined],
    ["", undefined],
    ["10 s", undefined],
    ["s", undefined],
    ["1s2", undefined],
  ])("reads %j as %j ms", (text, expected) => {
    expect(parseDurationMs(text)).toBe(expected);
  });

  test.each([
    [0, "0s"],
    [300e-6, "300ns"],
    [500, "500ms"],
    [1_500, "1.5s"],
    [60_000, "1m0s"],
    [90_000, "1m30s"],
    [3_600_000, "1h0m0s"],
    [-2_000, "-2s"],
  ])("writes %j ms as %s", (durationMs, expected) => {
    expect(formatDurationMs(durationMs)).toBe(expected);
  });

  test("reads what it writes", () => {
    assert(
      property(integer({ min: 0, max: 1e9 }), (durationMs) => {
        expect(parseDurationMs(formatDurationMs(durationMs))).toBe(durationMs);
      }),
    );
  });
});
