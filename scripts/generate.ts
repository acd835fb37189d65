// Writes the files that are made from others: the list of commands (oclif.manifest.json), docs/commands.md,
// docs/errors.md, the JSON Schema of the configuration and a table in docs/fidelity.md. With --check nothing is written and old
// files are named; exit status 1 then.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { configJsonSchema } from "../src/project/json-schema.ts";
import { renderCommandsPage } from "./generate/commands-page.ts";
import { renderErrorsPage } from "./generate/errors-page.ts";
import { buildManifest } from "./generate/manifest.ts";
import { readStatements, renderFidelityPage } from "./generate/statements-table.ts";

const root = path.join(import.meta.dirname, "..");
const checkOnly = process.argv.includes("--check");

const manifest = await buildManifest(root);
const generated: Record<string, string> = {
  "oclif.manifest.json": `${JSON.stringify(manifest, null, 2)}\n`,
  "docs/commands.md": renderCommandsPage(manifest),
  "docs/errors.md": renderErrorsPage(),
  "schema/fly-toml.schema.json": `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
  "docs/fidelity.md": renderFidelityPage(
    readFileSync(path.join(root, "docs/fidelity.md"), "utf8"),
    readStatements(root),
  ),
};

const old = Object.entries(generated).filter(([file, text]) => readIfExists(path.join(root, file)) !== text);
for (const [file, text] of old) {
  process.stdout.write(checkOnly ? `${file} is out of date: npm run fix\n` : `wrote ${file}\n`);
  if (!checkOnly) write(path.join(root, file), text);
}
if (checkOnly && old.length > 0) process.exitCode = 1;

function readIfExists(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}
