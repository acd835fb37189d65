import { SIGNALS } from "../../contract/machine-config.ts";
import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";
import { Flags } from "../oclif.ts";

/** The signal's full name, for `SIGINT` or `int`. @throws USAGE */
export function parseSignal(word: string): string {
  const upper = word.trim().toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  if (SIGNALS.some((signal) => signal === name)) return name;
  throw new AppError("USAGE", `"${word}" is no signal that can be sent`, {
    suggestions: [...closestWords(name, SIGNALS).map((near) => `use ${near}`), "SIGTERM, SIGINT, SIGKILL, SIGHUP, …"],
  });
}

/** A flag whose value is a signal. */
export const signalFlag = Flags.custom({
  char: "s",
  summary: "Signal that asks the program to end, instead of its own",
  helpValue: "SIGNAL",
  parse: async (word) => parseSignal(word),
});

/** What the flags say about how to stop. */
export function stopOf(flags: { readonly signal?: string | undefined; readonly timeout?: number | undefined }): {
  signal?: string;
  timeoutS?: number;
} {
  return {
    ...(flags.signal === undefined ? {} : { signal: flags.signal }),
    ...(flags.timeout === undefined ? {} : { timeoutS: flags.timeout }),
  };
}
