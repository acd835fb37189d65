// The table of the platform's numbered statements in docs/fidelity.md, from data/statements/edge.json.
import { readFileSync } from "node:fs";
import path from "node:path";

export interface Statement {
  readonly id: string;
  readonly platform: string;
  readonly state: "true" | "simplified" | "not applicable" | "open";
  /** What is different, and the reason; absent where nothing is. */
  readonly why?: string;
}

const BEGIN = "<!-- statements: begin, made by npm run fix from data/statements/edge.json -->";
const END = "<!-- statements: end -->";

export function readStatements(root: string): Statement[] {
  return JSON.parse(readFileSync(path.join(root, "data/statements/edge.json"), "utf8")) as Statement[];
}

/** The page with the table between its marks replaced. */
export function renderFidelityPage(page: string, statements: readonly Statement[]): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error("docs/fidelity.md has no marks for the table of statements");
  return `${page.slice(0, begin)}${BEGIN}\n\n${renderTable(statements)}\n${page.slice(end)}`;
}

function renderTable(statements: readonly Statement[]): string {
  const counts = new Map<string, number>();
  for (const { state } of statements) counts.set(state, (counts.get(state) ?? 0) + 1);
  const summary = [...counts].map(([state, count]) => `${count} ${state}`).join(", ");
  const rows = [
    ["ID", "The platform", "A planet"],
    ...statements.map(({ id, platform, state, why }) => [id, platform, why === undefined ? state : `${state}: ${why}`]),
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return `${[`${statements.length} statements: ${summary}.`, "", line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n")}\n`;
}
