// Ends of commands that are neither a plain success nor an error with a text.
import { AppError } from "../errors/app-error.ts";
import { exitStatusOf } from "../platform/signals.ts";

/** Lets the command go on and print its result, but end with this status. */
export function setExitStatus(status: number): void {
  process.exitCode = status;
}

/**
 * What to throw where Ctrl-C is the usual end: the same exit status, and nothing said. Anything but an interruption comes
 * back as it is. The shape is the one of oclif's own quiet exit.
 */
export function quietInterruption(thrown: unknown): unknown {
  const signal = thrown instanceof AppError && thrown.code === "CANCELLED" ? thrown.details?.["signal"] : undefined;
  if (typeof signal !== "string") return thrown;
  const exit = exitStatusOf(signal as NodeJS.Signals);
  return Object.assign(new AppError("CANCELLED", "Interrupted", { cause: thrown }), { code: "EEXIT", oclif: { exit } });
}
