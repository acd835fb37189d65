import { describe, expect, test } from "vitest";
import { systemClock, waitUntil } from "../../../src/platform/clock.ts";
import { createTestClock } from "../../support/test-clock.ts";

describe("waitUntil", () => {
  test("asks until there is an answer, with the interval between", async () => {
    const clock = createTestClock();
    let asked = 0;
    const answer = await waitUntil(() => ((asked += 1) === 3 ? "ready" : undefined), {
      what: "x",
      deadlineMs: 1000,
      intervalMs: 50,
      clock,
    });
    expect(answer).toBe("ready");
    expect(clock.sleptMs).toEqual([50, 50]);
  });

  test("takes false for an answer", async () => {
    expect(
      await waitUntil(() => false, { what: "x", deadlineMs: 1000, intervalMs: 50, clock: createTestClock() }),
    ).toBe(false);
  });

  test("gives up at the deadline, with the last failure as the cause", async () => {
    const clock = createTestClock();
    const refused = new Error("refused");
    const probe = (): undefined => {
      throw refused;
    };
    await expect(
      waitUntil(probe, { what: "control to answer", deadlineMs: 120, intervalMs: 50, clock }),
    ).rejects.toMatchObject({
      code: "DEADLINE",
      message: "Waited 120 ms in vain for control to answer",
      cause: refused,
    });
    expect(clock.sleptMs).toEqual([50, 50, 20]);
  });

  test("ends with the signal's reason", async () => {
    const reason = new Error("interrupted");
    const options = {
      what: "x",
      deadlineMs: 1000,
      intervalMs: 50,
      clock: createTestClock(),
      signal: AbortSignal.abort(reason),
    };
    await expect(waitUntil(() => undefined, options)).rejects.toBe(reason);
  });
});

test("a sleep that is interrupted ends with the signal's reason at once", async () => {
  const controller = new AbortController();
  const sleeping = systemClock.sleep(60_000, controller.signal);
  controller.abort(new Error("interrupted"));
  await expect(sleeping).rejects.toThrow("interrupted");
});
