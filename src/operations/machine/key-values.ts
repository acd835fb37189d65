import { AppError } from "../../errors/app-error.ts";

/**
 * Words of the form NAME=VALUE as a record; the last one of a name counts.
 * @param flag for the message
 * @throws USAGE
 */
export function parseKeyValues(words: readonly string[], flag: string): Record<string, string> {
  const pairs = words.map((word): [string, string] => {
    const at = word.indexOf("=");
    if (at <= 0) {
      throw new AppError("USAGE", `${flag} needs NAME=VALUE, not "${at === -1 ? word : `${word.slice(0, 20)}…`}"`, {
        suggestions: [`${flag} NAME=VALUE`],
      });
    }
    return [word.slice(0, at), word.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}
