// Changes that are waited for and not yet dealt with. An editor that saves changes a file several times, and a checkout
// many files: they go together.
import type { Clock } from "../../platform/clock.ts";
import type { FileChange } from "./plan-change.ts";

export interface TakenChanges {
  readonly changes: readonly FileChange[];
  /** When the first of them came; monotonic. */
  readonly sinceMs: number;
}

export interface Inbox {
  add(change: FileChange): void;
  /** What has come, once there is something and it has been quiet for a moment. @throws the signal's reason */
  take(signal: AbortSignal): Promise<TakenChanges>;
  /** Aborted when something comes. */
  nextArrival(): AbortSignal;
}

/** Milliseconds without a change after which those that came go together. */
const QUIET_MS = 30;
/** ... and after which they do anyway. */
const LONGEST_MS = 1_000;

export function createInbox(clock: Pick<Clock, "monotonic" | "sleep">): Inbox {
  let pending = new Map<string, FileChange>();
  let [firstMs, lastMs] = [0, 0];
  let arrival = new AbortController();

  const arrived = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const { signal: next } = arrival;
      const onArrival = (): void => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      };
      const onAbort = (): void => {
        next.removeEventListener("abort", onArrival);
        reject(signal.reason as Error);
      };
      next.addEventListener("abort", onArrival, { once: true });
      signal.addEventListener("abort", onAbort, { once: true });
    });

  return {
    add: (change) => {
      lastMs = clock.monotonic();
      if (pending.size === 0) firstMs = lastMs;
      pending.set(change.path, change);
      const heard = arrival;
      arrival = new AbortController();
      heard.abort();
    },
    take: async (signal) => {
      signal.throwIfAborted();
      if (pending.size === 0) await arrived(signal);
      for (let now = clock.monotonic(); now - lastMs < QUIET_MS && now - firstMs < LONGEST_MS; now = clock.monotonic())
        await clock.sleep(QUIET_MS - (now - lastMs), signal);
      const changes = [...pending.values()];
      pending = new Map();
      return { changes, sinceMs: firstMs };
    },
    nextArrival: () => arrival.signal,
  };
}
