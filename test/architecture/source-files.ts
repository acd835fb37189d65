// Reading the sources for the architecture tests.
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseSync } from "oxc-parser";

const ROOT = path.join(import.meta.dirname, "../..");

/** Files of the repository by pattern, with forward slashes. */
export function filesOf(...patterns: readonly string[]): string[] {
  return globSync([...patterns], { cwd: ROOT })
    .map((file) => file.replaceAll("\\", "/"))
    .toSorted();
}

export function textOf(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

/** Every specifier a file mentions: static, type-only, re-exported and dynamic (of the dynamic ones those that are literals). */
export function specifiersOf(file: string, source: string = textOf(file)): string[] {
  const { module } = parseSync(file, source);
  return [
    ...module.staticImports.map((statement) => statement.moduleRequest.value),
    ...module.staticExports.flatMap((statement) => statement.entries.map((entry) => entry.moduleRequest?.value ?? "")),
    ...module.dynamicImports.flatMap(({ moduleRequest }) => {
      const text = source.slice(moduleRequest.start, moduleRequest.end);
      return /^(["'])[^"']*\1$/.test(text) ? [text.slice(1, -1)] : [];
    }),
  ].filter((specifier) => specifier !== "");
}
