import { describe, expect, test } from "vitest";
import { planSchedule, type ScheduleInput } from "../../../../src/operations/load/schedule.ts";

const input: ScheduleInput = { from: ["syd", "ams", "gru"], rps: 200, durationMs: 30_000 };

describe("planSchedule", () => {
  test("spreads the requests evenly over the time, the cities in turn", () => {
    const { total, dueMs, turn } = planSchedule(input);
    expect(total).toBe(6_000);
    expect([0, 1, 2, 5_999].map(dueMs)).toEqual([0, 5, 10, 29_995]);
    expect([0, 1, 2, 3, 4].map(turn)).toEqual([0, 1, 2, 0, 1]);
  });

  test("does not drift where the distance is no whole number", () => {
    const { dueMs } = planSchedule({ ...input, rps: 7 });
    expect(dueMs(7 * 25)).toBe(25_000);
  });

  test.each([
    [{ durationMs: 11 * 60_000 }, /at most 10 minutes/],
    [{ rps: 2_001 }, /at most 2000 requests per second/],
    [{ rps: 1, durationMs: 2_000 }, /2 requests are too few for 3 cities/],
  ])("%j is refused", (changes, message) => {
    expect(() => planSchedule({ ...input, ...changes })).toThrow(message);
  });

  test("says how long it would have to last", () => {
    expect(() => planSchedule({ ...input, rps: 2, durationMs: 500 })).toThrow(
      expect.objectContaining({ code: "USAGE", suggestions: ["--duration 2s"] }),
    );
  });
});
