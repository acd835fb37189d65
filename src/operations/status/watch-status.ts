// The status again and again, for those that show it live.
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { readStatus, type ReadStatusDeps, type StatusReading } from "./read-status.ts";

export interface WatchStatusDeps extends ReadStatusDeps {
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
}

/** A reading, or why there is none at the moment. */
export type WatchedStatus = { readonly reading: StatusReading } | { readonly problem: string };

const INTERVAL_MS = 1_000;

/**
 * Readings about a second apart until the signal fires. A planet that does not answer for a while is a reading too.
 * @throws the signal's reason; APP_NOT_FOUND
 */
export async function* watchStatus(
  input: { readonly app: string | undefined },
  deps: WatchStatusDeps,
): AsyncGenerator<WatchedStatus> {
  for (;;) {
    yield await readOnce(input, deps);
    await deps.clock.sleep(INTERVAL_MS, deps.signal);
  }
}

async function readOnce(input: { readonly app: string | undefined }, deps: WatchStatusDeps): Promise<WatchedStatus> {
  try {
    return { reading: await readStatus(input, deps) };
  } catch (error) {
    deps.signal.throwIfAborted();
    if (error instanceof AppError && (error.code === "UNREACHABLE" || error.code === "DEADLINE"))
      return { problem: error.message };
    throw error;
  }
}
