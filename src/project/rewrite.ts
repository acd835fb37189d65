// Changes the text of a configuration file and leaves everything else in it as it is.
import { parse, patch, stringify } from "@decimalturn/toml-patch";
import { createTwoFilesPatch } from "diff";
import { parseDocument } from "yaml";
import { formatOf } from "./text/document.ts";
import { isTable, type Table } from "./values.ts";

/**
 * The text with other values for some keys at its top; undefined removes one. Comments, order and formatting of the rest
 * are kept, in JSON the indentation.
 * @param table what the text says now
 */
export function rewriteConfig(text: string, file: string, table: Table, changes: Table): string {
  switch (formatOf(file)) {
    case "toml":
      return rewriteToml(text, table, changes);
    case "json":
      return `${JSON.stringify(applied(table, changes), null, /^\s+(?=")/mu.exec(text)?.[0] ?? "  ")}\n`;
    default: {
      const document = parseDocument(text);
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) document.delete(key);
        else document.set(key, value);
      }
      return String(document);
    }
  }
}

/** One key after the other: changed all at once, a section that goes and one that comes are taken for a renamed one. */
function rewriteToml(text: string, table: Table, changes: Table): string {
  let [current, rest] = [applied(table, {}), text];
  for (const [key, value] of Object.entries(changes)) {
    const isThere = Object.hasOwn(current, key);
    if (value === undefined && !isThere) continue;
    const next = applied(current, { [key]: value });
    const isNewSection = !isThere && typeof value === "object" && value !== null;
    rest = (isNewSection ? undefined : patched(rest, next)) ?? replaced(rest, current, next, key);
    current = next;
  }
  return rest;
}

/** Changed by the library; undefined where it cannot, which happens with lists of tables within each other. */
function patched(text: string, next: Table): string | undefined {
  try {
    const after = patch(text, next);
    return ordered(parse(after)) === ordered(next) ? after : undefined;
  } catch {
    return undefined;
  }
}

/** As JSON with sorted keys, so that equal values give equal texts. */
function ordered(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isTable(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** The section taken out, where it is there, and written anew at the end. */
function replaced(text: string, current: Table, next: Table, key: string): string {
  const without = Object.hasOwn(current, key) ? patch(text, applied(current, { [key]: undefined })) : text;
  if (next[key] === undefined) return without;
  const section = stringify({ [key]: next[key] }).trim();
  return without.trim() === "" ? `${section}\n` : `${without.trimEnd()}\n\n${section}\n`;
}

function applied(table: Table, changes: Table): Record<string, unknown> {
  const entries = Object.entries({ ...table, ...changes }).filter(([, value]) => value !== undefined);
  // Plain objects all the way down: the writer knows no others.
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Record<string, unknown>;
}

/** What is different between two texts, as `diff -u` shows it; empty where nothing is. */
export function renderDiff(file: string, before: string, after: string): string {
  return before === after ? "" : createTwoFilesPatch(file, file, before, after, "now", "new", { context: 3 });
}
