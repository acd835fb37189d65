// Pure: how many machines a strategy works on at a time.

/** Most machines that are not running and are updated at a time. */
const COLD_POOL = 30;
/** Most machines that `immediate` and `bluegreen` work on at a time. */
export const MAX_CONCURRENT = 8;

/** Running machines that may be away at a time: a share of them rounded up, or a number; one at least. */
export function warmPool(machines: number, maxUnavailable: number): number {
  return Math.max(1, maxUnavailable >= 1 ? Math.trunc(maxUnavailable) : Math.ceil(machines * maxUnavailable));
}

/** Stopped machines that are updated at a time. */
export function coldPool(machines: number): number {
  return Math.max(1, Math.min(machines, COLD_POOL));
}

/** New machines that a blue-green deploy makes at a time. */
export function greenPool(machines: number): number {
  return Math.max(1, Math.min(Math.ceil(machines / 3), MAX_CONCURRENT));
}
