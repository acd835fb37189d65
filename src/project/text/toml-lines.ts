// Puts lines into a TOML text, or takes some out, where a table stands.
import { type AST, parseTOML } from "toml-eslint-parser";
import type { KeyPath } from "../problem.ts";
import { pathName } from "./document.ts";

/** The text without a table: its comment, header and keys, and the tables in it; undefined where it has no header. */
export function cutTable(text: string, path: KeyPath): string | undefined {
  const lines = text.split("\n");
  const range = rangeOf(text, lines, path);
  return range === undefined ? undefined : lines.toSpliced(range.from, range.to - range.from).join("\n");
}

/** The text with a section after a table and the tables in it; undefined where that has no header. */
export function insertAfterTable(text: string, path: KeyPath, section: string): string | undefined {
  const lines = text.split("\n");
  const range = rangeOf(text, lines, path);
  if (range === undefined) return undefined;
  while (range.to > 0 && lines[range.to - 1]?.trim() === "") range.to -= 1;
  return lines.toSpliced(range.to, 0, "", ...indented(section, lines[range.header])).join("\n");
}

/**
 * The text with lines after the last key that stands right under a table's header; undefined where it has none.
 * @param written a key in a line, or a whole section
 */
export function insertIntoTable(text: string, path: KeyPath, written: string): string | undefined {
  const node = readTables(text).find((table) => isAt(table, path));
  if (node === undefined) return undefined;
  const lines = text.split("\n");
  const last = (node.body.at(-1) ?? node.key).loc.end.line; // from 1: the index of the line that follows
  const added = indented(written, lines[last - 1]);
  return lines.toSpliced(last, 0, ...(written.startsWith("[") ? ["", ...added] : added)).join("\n");
}

function indented(text: string, like = ""): string[] {
  const indent = /^\s*/u.exec(like)?.[0] ?? "";
  return text.split("\n").map((line) => (line === "" ? line : indent + line));
}

/** Where a table begins, with the comment right above it; where its header stands; and where the next thing begins. From 0. */
function rangeOf(
  text: string,
  lines: readonly string[],
  path: KeyPath,
): { from: number; header: number; to: number } | undefined {
  const tables = readTables(text);
  const first = tables.findIndex((table) => isAt(table, path));
  const node = tables[first];
  if (node === undefined) return undefined;
  const after = tables.slice(first).find((table) => !isWithin(table, path));
  const header = lineOf(node);
  return {
    from: commentAbove(lines, header),
    header,
    to: after === undefined ? lines.length - 1 : commentAbove(lines, lineOf(after)),
  };
}

function readTables(text: string): AST.TOMLTable[] {
  return parseTOML(text).body[0].body.filter((node) => node.type === "TOMLTable");
}

function isAt(table: AST.TOMLTable, path: KeyPath): boolean {
  return pathName(table.resolvedKey) === pathName(path);
}

function isWithin(table: AST.TOMLTable, path: KeyPath): boolean {
  return isAt(table, path) || pathName(table.resolvedKey).startsWith(`${pathName(path)}\0`);
}

/** From 0. */
function lineOf(table: AST.TOMLTable): number {
  return table.loc.start.line - 1;
}

/** The line where the comment right above a line begins, or that line. */
function commentAbove(lines: readonly string[], line: number): number {
  let first = line;
  while (first > 0 && /^\s*#/u.test(lines[first - 1] ?? "")) first -= 1;
  return first;
}
