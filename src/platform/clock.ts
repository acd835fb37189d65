// Time: the only place that reads the clock and sets timers. What waits for a fact waits here, with a deadline.
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../errors/app-error.ts";

/** Time as an argument, so that tests can own it. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start; never goes back. */
  monotonic(): number;
  /**
   * Resolves after a while.
   * @throws the signal's reason, as soon as it is aborted.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  },
};

export interface WaitOptions {
  /** What is waited for, for the message: `machine 3d8d9 to start`. */
  readonly what: string;
  readonly deadlineMs: number;
  readonly intervalMs: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Asks until the probe answers something else than undefined, and returns that. A probe that throws is asked again; its
 * last failure is the cause of the deadline's error.
 * @throws DEADLINE, or the signal's reason.
 */
export async function waitUntil<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  options: WaitOptions,
): Promise<T> {
  const clock = options.clock ?? systemClock;
  const endsAt = clock.monotonic() + options.deadlineMs;
  let lastFailure: unknown;
  for (;;) {
    options.signal?.throwIfAborted();
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      lastFailure = error;
    }
    const leftMs = endsAt - clock.monotonic();
    if (leftMs <= 0) {
      throw new AppError("DEADLINE", `Waited ${options.deadlineMs} ms in vain for ${options.what}`, {
        cause: lastFailure,
      });
    }
    await clock.sleep(Math.min(options.intervalMs, leftMs), options.signal);
  }
}

/** Runs something after a while unless the returned function is called first. */
export function systemTimer(afterMs: number, run: () => void): () => void {
  const handle = setTimeout(run, afterMs);
  return () => clearTimeout(handle);
}
