// `npm run bench`: runs every bench file here and prints a table, or with --json an array of rows. `--only NAME` (more
// than once if wanted) runs those benches alone; with `--group GROUP`, NAME is what follows `GROUP/`. What is under way is
// told on stderr.
import { globSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { renderTable } from "../../src/cli/output/table.ts";
import type { Bench, BenchRow } from "./bench.ts";

const { values } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    group: { type: "string" },
  },
});

type BenchFile = { readonly bench: Bench } | { readonly benches: readonly Bench[] };

const benches: Bench[] = [];
for (const file of globSync("*.bench.ts", { cwd: import.meta.dirname }).toSorted()) {
  const module = (await import(pathToFileURL(path.join(import.meta.dirname, file)).href)) as BenchFile;
  benches.push(...("benches" in module ? module.benches : [module.bench]));
}
const prefix = values.group === undefined ? "" : `${values.group}/`;
const wanted = benches.filter(
  ({ name }) => name.startsWith(prefix) && (values.only?.includes(name.slice(prefix.length)) ?? true),
);
if (wanted.length === 0) {
  process.stderr.write(`bench: no such bench; there are ${benches.map((bench) => bench.name).join(", ")}\n`);
  process.exit(2);
}

const rows: BenchRow[] = [];
for (const bench of wanted) {
  process.stderr.write(`bench: ${bench.name}\n`);
  rows.push(...(await bench.run()));
}
process.stdout.write(values.json ? `${JSON.stringify(rows, null, 2)}\n` : `${renderRows(rows)}\n`);

function renderRows(all: readonly BenchRow[]): string {
  return renderTable<BenchRow>(
    [
      { header: "BENCH", value: (row) => row.name },
      { header: "RATIO", value: (row) => row.ratio.toFixed(2), align: "right" },
      { header: "OURS", value: (row) => `${row.ours} ${row.unit}`, align: "right" },
      { header: "THEIRS", value: (row) => `${row.theirs} ${row.unit}`, align: "right" },
      { header: "AGAINST", value: (row) => row.against },
      { header: "RUNS", value: (row) => String(row.runs), align: "right" },
    ],
    all,
    { width: process.stdout.columns },
  );
}
