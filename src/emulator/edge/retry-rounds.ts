// Holds requests none of whose machines could be reached for a moment, until they try them all again (statement ER-01). All
// wait for one tick, and in a bounded number: an app that is down must not keep the edge busy with knocking at its door.

/** Between two rounds (undocumented): 90 attempts at one machine that refuses take two seconds. */
const ROUND_PAUSE_MS = 25;
/** More than this, and the newest is told at once what is wrong. */
const MAX_WAITING = 256;

export interface RetryRounds {
  /** @returns how to leave, or undefined where too many wait already */
  enter(again: () => void): (() => void) | undefined;
}

/** @param timer runs something later */
export function createRetryRounds(timer: (afterMs: number, run: () => void) => unknown): RetryRounds {
  let waiting = new Set<() => void>();
  let planned = false;
  const round = (): void => {
    planned = false;
    const due = waiting;
    waiting = new Set();
    for (const again of due) again();
  };

  return {
    enter(again) {
      if (waiting.size >= MAX_WAITING) return undefined;
      if (!planned) timer(ROUND_PAUSE_MS, round);
      planned = true;
      const here = waiting.add(again);
      return () => void here.delete(again);
    },
  };
}
