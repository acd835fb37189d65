// Pure: when which city sends. The times are fixed before the first request, so that a slow answer delays nothing: what
// is sent late is counted from when it was due.
import type { RegionCode } from "../../emulator/index.ts";
import { AppError } from "../../errors/app-error.ts";

/** More than one process of Node.js can send and time beside the planet on the same machine. */
export const MAX_RPS = 2_000;
export const MAX_DURATION_MS = 10 * 60_000;

export interface ScheduleInput {
  readonly from: readonly RegionCode[];
  /** Requests per second of all cities together. */
  readonly rps: number;
  readonly durationMs: number;
}

export interface Schedule {
  readonly total: number;
  /** After the start. */
  dueMs(index: number): number;
  /** Which of the cities sends, by its position. */
  turn(index: number): number;
}

/**
 * Requests at even distances, the cities in turn.
 * @throws USAGE where it would be too much, or too short for each city to send once
 */
export function planSchedule({ from, rps, durationMs }: ScheduleInput): Schedule {
  if (durationMs > MAX_DURATION_MS)
    throw new AppError("USAGE", `A load lasts at most ${MAX_DURATION_MS / 60_000} minutes`, {
      suggestions: [`--duration ${MAX_DURATION_MS / 60_000}m`],
    });
  if (rps > MAX_RPS)
    throw new AppError("USAGE", `A load is at most ${MAX_RPS} requests per second`, {
      suggestions: [`--rps ${MAX_RPS}`],
    });
  const total = Math.floor((rps * durationMs) / 1_000);
  if (total < from.length) {
    const seconds = Math.ceil(from.length / rps);
    throw new AppError("USAGE", `${total} requests are too few for ${from.length} cities`, {
      suggestions: [`--duration ${seconds}s`],
    });
  }
  return {
    total,
    dueMs: (index) => (index * 1_000) / rps,
    turn: (index) => index % from.length,
  };
}
