import type { Finding, Report } from "./finding.ts";
import type { KeyPath } from "./problem.ts";
import { show } from "./values.ts";

/** A value, where it stands, and where problems go. */
export interface Spot {
  readonly value: unknown;
  readonly path: KeyPath;
  readonly report: Report;
}

/** The key that a path ends with, for messages; list positions belong to the key before them. */
export function keyName(path: KeyPath): string {
  const last = path.findLastIndex((part) => typeof part === "string");
  return path.slice(Math.max(last, 0)).map(String).join(" ").slice(0, 80);
}

/** Reports that the value is not what it has to be. */
export function refuse({ value, path, report }: Spot, expected: string, more: Partial<Finding> = {}): undefined {
  report({
    severity: "error",
    code: "CONFIG_INVALID",
    path,
    message: `${keyName(path)} must be ${expected}, not ${show(value)}`,
    suggestion: `${keyName(path)} takes ${expected}`,
    ...more,
  });
  return undefined;
}

/** Reports that the value is read although the platform's own tool refuses it. */
export function tolerate({ path, report }: Spot, instead: string): void {
  report({
    severity: "warning",
    code: "CONFIG_NOT_PORTABLE",
    path,
    message: `flyctl refuses this form of ${keyName(path)}; Hangar reads it`,
    suggestion: `write ${instead}`,
  });
}
