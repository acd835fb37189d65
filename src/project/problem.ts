/** Where a value stands in a configuration file: keys and array positions from the root. */
export type KeyPath = readonly (string | number)[];

/** One thing that is wrong, or looks wrong, in a configuration file. */
export interface Problem {
  readonly code: "CONFIG_SYNTAX" | "CONFIG_INVALID";
  /** Errors make the configuration unusable; warnings say what will surprise. */
  readonly severity: "error" | "warning";
  /** What is wrong, naming the key, without a full stop. */
  readonly message: string;
  readonly file: string;
  /** The key as dotted text, e.g. `services[0].internal_port`; absent for syntax errors. */
  readonly key?: string;
  /** From 1; absent where the place is not known. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** The offending line itself. */
  readonly source?: string;
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
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  const head = `${place}: ${problem.message}`;
  if (problem.source === undefined || problem.line === undefined) return head;
  const gutter = `${problem.line} | `;
  const before = problem.source.slice(0, (problem.column ?? 1) - 1).replaceAll(/[^\t]/gu, " ");
  return `${head}\n  ${gutter}${problem.source}\n  ${" ".repeat(gutter.length)}${before}^`;
}
