// The text of a configuration file, before anything is known about its meaning.
import type { KeyPath } from "../problem.ts";
import type { ProblemCode } from "../finding.ts";
import type { Table } from "../values.ts";

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** What stops a text from being read, where it stands. */
export interface SyntaxProblem extends Place {
  readonly severity: "error" | "warning";
  readonly code: ProblemCode;
  readonly message: string;
  readonly suggestion?: string;
}

/** What a text says. There is a `table` exactly when no problem is an error. */
export interface ReadText {
  readonly table?: Table;
  readonly problems: readonly SyntaxProblem[];
}

/** Where the keys of a text stand. */
export type Places = ReadonlyMap<string, Place>;

/** The name of a key path in `Places`. */
export function pathName(path: KeyPath): string {
  return path.map((part) => (typeof part === "number" ? `#${part}` : `.${part}`)).join("\0");
}

export type Format = "toml" | "json" | "yaml";

/** The format of a file, by its name. */
export function formatOf(file: string): Format {
  if (/\.json$/iu.test(file)) return "json";
  return /\.ya?ml$/iu.test(file) ? "yaml" : "toml";
}

/**
 * The largest file that is read: the largest real ones have a tenth of it. The parser of YAML, which finds the places in
 * JSON too, needs time that grows with the square of what some odd texts have.
 */
const MAX_BYTES: Readonly<Record<Format, number>> = { toml: 65_536, json: 16_384, yaml: 16_384 };

/** The problem of a text that is too long, or undefined. */
export function findTooLarge(text: string, format: Format): SyntaxProblem | undefined {
  const most = MAX_BYTES[format];
  const bytes = text.length > most ? text.length : Buffer.byteLength(text);
  if (bytes <= most) return undefined;
  return {
    severity: "error",
    code: "CONFIG_TOO_LARGE",
    message: `the file has more than ${most / 1_024} KiB`,
    suggestion: "put large values into files of their own ([[files]] local_path)",
    line: 1,
    column: 1,
  };
}

/** The place of an offset in a text. */
export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, Math.max(0, offset));
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: before.length - start + 1 };
}

/** The place of a text's end, on its last line that is not empty. */
export function placeOfEnd(text: string): Place {
  return placeAt(text, text.trimEnd().length);
}
