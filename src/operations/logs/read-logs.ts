// The log of an app as a stream that outlives restarts of control.
import type { PlanetClient } from "../../client/planet-client.ts";
import type { LogEntry } from "../../contract/planet.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";

export interface ReadLogsInput {
  readonly app: string;
  readonly follow: boolean;
  /** Lines from the past. */
  readonly tail: number;
  readonly region?: string | undefined;
  readonly machine?: string | undefined;
}

export interface ReadLogsDeps {
  readonly client: Pick<PlanetClient, "logs">;
  readonly clock: Pick<Clock, "sleep">;
  readonly signal: AbortSignal;
  /** Told when the stream broke and will be opened again. */
  readonly onInterruption: () => void;
}

/** Lines asked for after an interruption, to find those written meanwhile. */
const CATCH_UP_LINES = 1_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/**
 * Entries oldest first; with follow without end, also across restarts of control: what was shown is not shown again.
 * @throws APP_NOT_FOUND, UNREACHABLE, or the signal's reason
 */
export async function* readLogs(
  input: ReadLogsInput,
  { client, clock, signal, onInterruption }: ReadLogsDeps,
): AsyncGenerator<LogEntry> {
  const { follow, region, machine } = input;
  const filter = { ...(region === undefined ? {} : { region }), ...(machine === undefined ? {} : { machine }) };
  const newest = new Map<string, string>();
  let newestOfAll: string | undefined;
  let pauseMs = FIRST_PAUSE_MS;
  let told = false;
  for (let resumed = false; ; resumed = true) {
    const shown = new Map(newest);
    const shownOfAll = newestOfAll;
    try {
      for await (const entry of client.logs(
        input.app,
        { follow, tail: resumed && shownOfAll !== undefined ? CATCH_UP_LINES : input.tail, ...filter },
        signal,
      )) {
        const upTo = shown.get(entry.machine) ?? shownOfAll;
        if (resumed && upTo !== undefined && entry.timestamp <= upTo) continue;
        newest.set(entry.machine, entry.timestamp);
        if (newestOfAll === undefined || entry.timestamp > newestOfAll) newestOfAll = entry.timestamp;
        pauseMs = FIRST_PAUSE_MS;
        told = false;
        yield entry;
      }
    } catch (error) {
      signal.throwIfAborted();
      const lost = lostConnection(error);
      if (lost === undefined) throw error;
      if (!follow) throw lost;
    }
    signal.throwIfAborted();
    if (!follow) return;
    if (!told) onInterruption();
    told = true;
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/** The error as UNREACHABLE where the connection broke: also in the middle of a line, which then does not parse. */
function lostConnection(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error.code === "UNREACHABLE" ? error : undefined;
  if (!(error instanceof SyntaxError)) return undefined;
  return new AppError("UNREACHABLE", "The connection to the control plane broke while it sent the log", {
    cause: error,
    suggestions: ["hangar status"],
  });
}
