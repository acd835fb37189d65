import { AppError } from "../../errors/app-error.ts";
import { parseDurationMs } from "../../project/duration.ts";

/** A time as people write it: a number is seconds. @throws USAGE */
export function timeMs(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const ms = /^\d+$/u.test(text) ? Number(text) * 1_000 : parseDurationMs(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new AppError(
    "USAGE",
    `invalid duration value ${text} used for --${flag} flag: valid options are a number of seconds or a number with a time unit (i.e.: 5m, 180s)`,
  );
}
