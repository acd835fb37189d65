import { AppError } from "../../errors/app-error.ts";
import { splitShellWords } from "../../project/shell-words.ts";

/** The words of a line, as a shell splits them. @throws USAGE for a quote that does not end */
export function wordsOf(line: string): string[] {
  const words = splitShellWords(line);
  if (words !== undefined) return words;
  throw new AppError("USAGE", `A quote does not end: ${line.slice(0, 80)}`, { suggestions: ["close the quote"] });
}
