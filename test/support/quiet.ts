import { waitUntil } from "../../src/platform/clock.ts";

/**
 * A measurement within its bounds. Other programs on the machine disturb one: it is taken again until a quiet moment.
 */
export function quiet<T>(measure: () => Promise<{ measured: T; errorMs: number; mayBeMs: number }>): Promise<T> {
  return waitUntil(
    async () => {
      const { measured, errorMs, mayBeMs } = await measure();
      if (Math.abs(errorMs) < mayBeMs) return measured;
      throw new Error(`${errorMs} ms off, may be ${mayBeMs}`);
    },
    { what: "a measurement within its bounds", deadlineMs: 40_000, intervalMs: 250 },
  );
}
