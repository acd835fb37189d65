import type { ProblemCode } from "./finding.ts";

/** Where a value stands in a configuration file: keys and array positions from the root. */
export type KeyPath = readonly (string | number)[];

/** One thing that is wrong, or looks wrong, in a configuration file. */
export interface Problem {
  readonly code: ProblemCode;
  /** Errors make the configuration unusable; warnings say what will surprise. */
  readonly severity: "error" | "warning";
  /** What is wrong, naming the key, without a full stop. */
  readonly message: string;
  /** What to write instead. */
  readonly suggestion?: string;
  readonly file: string;
  /** The key as dotted text, e.g. `services[0].internal_port`; absent for syntax errors. */
  readonly key?: string;
  /** From 1. Of the nearest key that contains it, where the key itself is not written. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The offending line itself, cut where it is very long. */
  readonly source: string;
}

/** A key path as people write it: `services[0].ports[1].port`. */
export function renderKeyPath(path: KeyPath): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}

/**
 * A problem as text: `file:line:column: message`, then the line itself with a caret under the column.
 * Tabs in front of the caret are kept, so that it stands under the right character at any tab width.
 */
export function renderProblem(problem: Problem): string {
  const { file, line, column, message, source, suggestion } = problem;
  const head = `${file}:${line}:${column}: ${message}`;
  const advice = suggestion === undefined ? "" : `\n  → ${suggestion}`;
  const gutter = `${line} | `;
  const before = source.slice(0, column - 1).replaceAll(/[^\t]/gu, " ");
  const caret = column > source.length + 1 ? "" : `\n  ${" ".repeat(gutter.length)}${before}^`;
  return `${head}\n  ${gutter}${source}${caret}${advice}`;
}
