// A clock that tests own: sleeping ends at once and moves the time.
import type { Clock } from "../../src/platform/clock.ts";

export interface TestClock extends Clock {
  advance(ms: number): void;
  /** What was slept, in order. */
  readonly sleptMs: readonly number[];
}

export function createTestClock(startMs = 1_000_000): TestClock {
  let nowMs = startMs;
  const sleptMs: number[] = [];
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      sleptMs.push(ms);
      nowMs += ms;
    },
    advance: (ms) => {
      nowMs += ms;
    },
    sleptMs,
  };
}
