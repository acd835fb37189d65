// Signals of the operating system as one AbortSignal. Does not decide what an interrupted command prints.
import { constants } from "node:os";

const CANCELLING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** One command's way of being told to stop. */
export interface Cancellation {
  readonly signal: AbortSignal;
  /** The first signal that came, if any. */
  received(): NodeJS.Signals | undefined;
  /** Stops the command for a reason of our own. */
  abort(reason: unknown): void;
  /** Takes the handlers away. */
  release(): void;
}

/** What a shell expects of a program that ended by a signal: 130 for SIGINT, 143 for SIGTERM. */
export function exitStatusOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP; a second one ends the process at once.
 * @param makeReason the error that aborted waits and requests end with.
 */
export function cancelOnSignals(makeReason: (signal: NodeJS.Signals) => unknown): Cancellation {
  const controller = new AbortController();
  let first: NodeJS.Signals | undefined;
  const listener = (signal: NodeJS.Signals): void => {
    if (first !== undefined) process.exit(exitStatusOf(signal));
    first = signal;
    controller.abort(makeReason(signal));
  };
  for (const signal of CANCELLING) process.on(signal, listener);
  return {
    signal: controller.signal,
    received: () => first,
    abort: (reason) => controller.abort(reason),
    release: () => {
      for (const signal of CANCELLING) process.off(signal, listener);
    },
  };
}

/** Never resolves; rejects with the signal's reason once it is aborted. */
export function whenAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
