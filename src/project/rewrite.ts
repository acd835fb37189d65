// Changes the text of a configuration file and leaves everything else in it as it is.
import { createTwoFilesPatch } from "diff";
import { parseDocument } from "yaml";
import { applyEdit, editsBetween } from "./config-edits.ts";
import { formatOf } from "./text/document.ts";
import { rewriteToml } from "./rewrite-toml.ts";
import type { Table } from "./values.ts";

/**
 * The text with other values for some keys at its top; undefined removes one. Comments, order and formatting of the rest
 * are kept, in JSON the indentation.
 * @param table what the text says now
 */
export function rewriteConfig(text: string, file: string, table: Table, changes: Table): string {
  const format = formatOf(file);
  if (format === "toml") return rewriteToml(text, table, changes);
  const edits = editsBetween(table, { ...table, ...changes });
  if (format === "json") {
    const indent = /^\s+(?=")/mu.exec(text)?.[0] ?? "  ";
    return `${JSON.stringify(edits.reduce(applyEdit, table), null, indent)}\n`;
  }
  const document = parseDocument(text);
  for (const { path, value } of edits) {
    if (value === undefined) document.deleteIn(path);
    else document.setIn(path, value);
  }
  return String(document);
}

/** What is different between two texts, as `diff -u` shows it; empty where nothing is. */
export function renderDiff(file: string, before: string, after: string): string {
  return before === after ? "" : createTwoFilesPatch(file, file, before, after, "now", "new", { context: 3 });
}
