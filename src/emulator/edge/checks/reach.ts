// Pure: whether anything comes back from a machine. A port that refuses is an answer; silence, time after time, is none: such
// a machine is unhealthy, whatever its checks last said (statement AS-16).

/** So many looks in a row without an answer … */
const MISSES = 3;
/** … and so long since the last one. The platform's figures are not documented. */
export const LOST_AFTER_MS = 60_000;

export class Reach {
  isLost = false;
  #reachedMs: number | undefined;
  #misses = 0;

  /** Takes the result of a look. A machine that was never reached is still on its way. @returns whether isLost has changed */
  take(reached: boolean, nowMs: number): boolean {
    const wasLost = this.isLost;
    if (reached) {
      this.#reachedMs = nowMs;
      this.#misses = 0;
      this.isLost = false;
    } else if (this.#reachedMs !== undefined) {
      this.#misses += 1;
      this.isLost ||= this.#misses >= MISSES && nowMs - this.#reachedMs >= LOST_AFTER_MS;
    }
    return this.isLost !== wasLost;
  }
}
