import { describe, expect, test } from "vitest";
import { FloodGuard } from "../../../../../src/emulator/edge/http2/flood-guard.ts";

/** How often it may be done at one time. */
function countOf(may: () => boolean): number {
  let count = 0;
  while (count < 100_000 && may()) count += 1;
  return count;
}

describe("a session's guard", () => {
  test("lets a burst pass, and then so many a second", () => {
    const guard = new FloodGuard(0);
    expect(countOf(() => guard.reset(0))).toBe(200);
    expect(countOf(() => guard.reset(1_000))).toBeLessThanOrEqual(33);
    expect(countOf(() => guard.fault(0))).toBe(100);
    expect(countOf(() => guard.trifle(0))).toBe(10_000);
  });

  test("never lets more pass at once than the burst, however long nothing came", () => {
    const guard = new FloodGuard(0);
    countOf(() => guard.fault(0));
    expect(countOf(() => guard.fault(86_400_000))).toBe(100);
  });

  test("expects a client to open its windows for what it is sent", () => {
    const guard = new FloodGuard(0);
    countOf(() => guard.trifle(0));
    for (let frames = 0; frames < 50; frames += 1) guard.sent();
    expect(countOf(() => guard.trifle(0))).toBe(50 * 16);
  });

  test("a clock that goes back gives nothing", () => {
    const guard = new FloodGuard(1_000);
    countOf(() => guard.fault(1_000));
    expect(guard.fault(0)).toBe(false);
  });
});
