import { describe, expect, test } from "vitest";
import { rttMs } from "../../../../src/emulator/index.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import { type LoadInput, runLoad } from "../../../../src/operations/load/run-load.ts";
import type { KeptRequest, KeptResponse } from "../../../../src/platform/kept-connections.ts";
import { silentProgress } from "../../../support/silent-progress.ts";
import { createTestClock, type TestClock } from "../../../support/test-clock.ts";

const input: LoadInput = {
  ...{ from: ["syd", "ams"], host: "my-app.localhost:8080", path: "/", method: "GET", headers: [], body: undefined },
  ...{ rps: 100, durationMs: 1_000, timeoutMs: 5_000 },
};
const cityOf = ({ headers }: KeptRequest): string =>
  headers.find(([name]) => name === "hangar-client-region")?.[1] ?? "";
const served = (region: string, status = 200): KeptResponse => ({
  status,
  headers: { "hangar-trace": JSON.stringify({ edge: "syd", region, machine: "m1" }) },
});

/** A load against a hand-written edge. */
async function load(
  answer: (request: KeptRequest, nth: number, clock: TestClock) => KeptResponse | Promise<KeptResponse>,
  changes: Partial<LoadInput> = {},
  signal = new AbortController().signal,
  earlyMs = 0,
) {
  const time = createTestClock();
  // Answers that are there are heard before the time moves on.
  const sleep: TestClock["sleep"] = (ms, given) =>
    new Promise<void>((resolve) => void setImmediate(resolve)).then(() => time.sleep(Math.max(0, ms - earlyMs), given));
  const clock = { ...time, sleep };
  const sentAtMs: number[] = [];
  const beganMs = clock.monotonic();
  let closed = 0;
  const loads = await runLoad(
    { ...input, ...changes },
    {
      ...{ clock, signal, progress: silentProgress, doors: [{ address: "127.0.0.1", port: 1 }] },
      client: { activateRegions: () => Promise.resolve(undefined as never) },
      send: () => Promise.reject(new AppError("UNREACHABLE", "no door opens")),
      connect: () => ({
        send: async (request) => {
          sentAtMs.push(clock.monotonic() - beganMs);
          return answer(request, sentAtMs.length, clock);
        },
        close: () => void (closed += 1),
      }),
    },
  );
  return { loads, sentAtMs, closed };
}

describe("runLoad", () => {
  test("sends each request when it is due, from the cities in turn", async () => {
    const cities: string[] = [];
    const { loads, sentAtMs, closed } = await load((request) => {
      cities.push(cityOf(request));
      return served("ams");
    });
    expect(sentAtMs).toEqual(Array.from({ length: 100 }, (_, index) => index * 10));
    expect(cities.slice(0, 4)).toEqual(["syd", "ams", "syd", "ams"]);
    expect(loads[0]).toMatchObject({
      ...{ from: "syd", sent: 50, ok: 50, errors: 0, statuses: { 200: 50 }, failures: {}, regions: { ams: 50 } },
      configuredRttMs: rttMs("syd", "ams"),
      latencyMs: { min: 0, max: 0 },
    });
    expect(closed).toBeGreaterThan(0);
  });

  test("times what a timer has sent too early from when it was sent", async () => {
    const answer = (_request: KeptRequest, _nth: number, clock: TestClock): KeptResponse => {
      clock.advance(5);
      return served("ams");
    };
    const { loads } = await load(answer, { from: ["syd"] }, undefined, 1);
    expect(loads[0]).toMatchObject({ ok: 100, latencyMs: { min: 5, max: 5 } });
  });

  test("times what was sent late from when it was due, and asks for no more patience than is left", async () => {
    const patience: number[] = [];
    const { loads } = await load(
      (request, nth, clock) => {
        patience.push(request.timeoutMs);
        // The whole sender stands still for a quarter of a second.
        if (nth === 1) clock.advance(250);
        return served("ams");
      },
      { from: ["syd"] },
    );
    // Due at 0, 10, 20 … 250 ms, answered at 250 ms: a generator that waits for answers would have seen one slow request.
    expect(loads[0]?.latencyMs).toMatchObject({ max: 250, p90: expect.closeTo(150, -1) });
    expect(loads[0]?.lateMs?.max).toBe(240);
    expect(patience.slice(0, 3)).toEqual([5_000, 4_760, 4_770]);
  });

  test("goes on sending while answers are outstanding", async () => {
    const open: ((response: KeptResponse) => void)[] = [];
    let most = 0;
    const { loads } = await load((_request, nth) => {
      if (nth === 100) queueMicrotask(() => open.splice(0).forEach((resolve) => resolve(served("ams"))));
      return new Promise((resolve) => {
        open.push(resolve);
        most = Math.max(most, open.length);
      });
    });
    expect(most).toBe(100);
    expect(loads.map(({ ok }) => ok)).toEqual([50, 50]);
    // The first one was due a second before it was answered.
    expect(loads[0]?.latencyMs?.max).toBe(990);
  });

  test("counts errors by what they were, and a time-out as the time that it took", async () => {
    const { loads } = await load(
      (_request, nth, clock) => {
        if (nth === 1) return served("ams", 503);
        if (nth === 2) throw new AppError("UNREACHABLE", "reset");
        if (nth < 100) return served(nth % 2 === 0 ? "iad" : "ams");
        clock.advance(5_000);
        throw new AppError("DEADLINE", "late");
      },
      { from: ["syd"] },
    );
    expect(loads[0]).toMatchObject({
      ...{ sent: 100, ok: 97, errors: 3, statuses: { 200: 97, 503: 1 }, failures: { UNREACHABLE: 1, DEADLINE: 1 } },
      latencyMs: { max: 5_000 },
    });
    expect(loads[0]?.histogram.reduce((sum, { count }) => sum + count, 0)).toBe(99);
  });

  test("ends when it is interrupted, and closes its connections", async () => {
    const abort = new AbortController();
    const reason = new AppError("CANCELLED", "interrupted");
    const interrupted = load(
      (_request, nth) => {
        if (nth === 10) abort.abort(reason);
        return served("ams");
      },
      {},
      abort.signal,
    );
    await expect(interrupted).rejects.toBe(reason);
  });
});
