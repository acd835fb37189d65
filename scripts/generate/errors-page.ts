// docs/errors.md from the catalogue.
import { CATALOGUE, type CatalogueEntry } from "../../src/errors/catalogue.ts";

const KINDS: readonly { kind: CatalogueEntry["kind"]; title: string }[] = [
  { kind: "user", title: "What the caller can put right" },
  { kind: "environment", title: "What the machine lacks" },
  { kind: "bug", title: "What is our fault" },
];

/** The page: one table for each kind of fault. */
export function renderErrorsPage(): string {
  const sections = KINDS.map(({ kind, title }) => {
    const rows = Object.entries<CatalogueEntry>(CATALOGUE)
      .filter(([, entry]) => entry.kind === kind)
      .map(([code, { exit, status, meaning }]) => `| \`${code}\` | ${meaning} | ${exit} | ${status} |`);
    return [
      `## ${title}`,
      "",
      "| Code | Meaning | Exit status | HTTP status |",
      "| --- | --- | --- | --- |",
      ...rows,
    ].join("\n");
  });
  return `${INTRODUCTION}\n${sections.join("\n\n")}\n`;
}

const INTRODUCTION = `# Errors

<!-- Generated from src/errors/catalogue.ts by \`npm run fix\`. -->

Every failure has a code that never changes its meaning. A command shows it on stderr and ends with the exit status of the
table; with \`--json\` it prints \`{"error": {"code", "message", "suggestions", "details"}}\` on stdout instead. The planet's
API answers with the HTTP status and \`{"error", "code", "suggestions", "details"}\`. A command that was ended by a signal has
the status that shells expect: 130 for SIGINT, 143 for SIGTERM.
`;
