// The doctor's findings as text.
import type { Finding } from "../../operations/doctor/finding.ts";
import type { Painter } from "../output/color.ts";

const COLOR = { ok: "green", warn: "yellow", fail: "red" } as const;

/** A line for each finding, and its remedy below where it has one. */
export function renderFindings(findings: readonly Finding[], paint: Painter): string {
  const width = Math.max(...findings.map(({ name }) => name.length));
  const indent = " ".repeat("fail".length + 2 + width + 2);
  return findings
    .flatMap(({ name, status, found, remedy }) => [
      `${paint(COLOR[status], status.padEnd(4))}  ${name.padEnd(width)}  ${found}`,
      ...(remedy === undefined ? [] : [`${indent}try: ${remedy}`]),
    ])
    .join("\n");
}
