// Pure: the results as a page.
export interface ProgramResult {
  readonly name: string;
  /** Undefined: it was not there. */
  readonly version: string | undefined;
  readonly cases: readonly { readonly name: string; readonly passed: boolean }[];
}

export function renderResults(results: readonly ProgramResult[], date: Date): string {
  const summary = results.map(({ name, version, cases }) => [
    name,
    version ?? "not on this machine",
    `${cases.filter(({ passed }) => passed).length} of ${cases.length}`,
  ]);
  const sections = results
    .filter(({ cases }) => cases.length > 0)
    .map(({ name, cases }) =>
      [`## ${name}`, "", ...cases.map((each) => `- ${each.passed ? "passes" : "**fails**"}: ${each.name}`)].join("\n"),
    );
  return `${[
    "# Interoperability",
    "",
    "Programs that nobody here wrote, each talking through two edges (clients enter at `iad`, the machines are in `ams`) to apps",
    "made with node:http, ws and grpc-js.",
    "",
    `Written by \`make interop\` on ${date.toISOString().slice(0, 10)} with Node.js ${process.version}, not by hand.`,
    "",
    ...table([["Program", "Version", "Cases that pass"], ...summary]),
    "",
    sections.join("\n\n"),
  ].join("\n")}\n`;
}

/** As the formatter of this tree leaves it. */
function table([heads = [], ...rows]: readonly (readonly string[])[]): string[] {
  const widths = heads.map((_head, column) => Math.max(...[heads, ...rows].map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)];
}
