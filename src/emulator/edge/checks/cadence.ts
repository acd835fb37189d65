// Pure: when a check runs next.

/** Before its first pass a check runs this often, so that a deploy ends soon after the program listens, not an interval later. */
export const FIRST_PASS_INTERVAL_MS = 10;
/** ... and the longer that takes, the less: the wait adds at most a tenth to the time the program needs. */
const FIRST_PASS_SHARE = 0.1;

export interface CheckHistory {
  readonly everPassed: boolean;
  /** Since the machine's start was seen. */
  readonly elapsedMs: number;
  readonly intervalMs: number;
}

/** Milliseconds from the end of one run to the next. */
export function nextRunMs({ everPassed, elapsedMs, intervalMs }: CheckHistory): number {
  if (everPassed) return intervalMs;
  return Math.min(intervalMs, Math.max(FIRST_PASS_INTERVAL_MS, elapsedMs * FIRST_PASS_SHARE));
}
