import parseString from "@iarna/toml/parse-string.js";
import { findTooLarge, type Place, placeOfEnd, type ReadText, type SyntaxProblem } from "./document.ts";

/** Tables within tables; files of people have three or four. */
const MAX_DEPTH = 64;
const MOST_DUPLICATES = 20;

/** Reads a text in TOML. Keys that are there twice are all reported, other faults of the syntax only up to the first. */
export function readToml(text: string): ReadText {
  const tooLarge = findTooLarge(text, "toml");
  if (tooLarge !== undefined) return { problems: [tooLarge] };
  const problems: SyntaxProblem[] = [];
  let rest = text;
  for (;;) {
    const outcome = parse(rest);
    if (!("line" in outcome)) return problems.length > 0 ? { problems } : { table: outcome.table, problems };
    const isNext = outcome.line > (problems.at(-1)?.line ?? 0);
    if (isNext) problems.push(outcome);
    if (!isNext || outcome.code !== "CONFIG_KEY_DUPLICATE" || problems.length >= MOST_DUPLICATES) return { problems };
    // What is behind the second key is looked at as if it were not there.
    rest = withoutLine(rest, outcome.line);
  }
}

function parse(text: string): { table: Record<string, unknown> } | SyntaxProblem {
  try {
    const table = parseString(text);
    return isTooDeep(table) ? tooDeep(text) : { table };
  } catch (thrown) {
    const { message, line, col } = thrown as { message: string; line?: number; col?: number };
    // The parser appends its own picture of the place to the first line of the message.
    const summary = (message.split("\n")[0] ?? "").replace(/ at row \d+, col \d+, pos \d+:$/u, "").replace(/\.$/u, "");
    if (/redefine existing|already defined/iu.test(summary)) return duplicate(text, line ?? 0);
    const place = line === undefined ? placeOfEnd(text) : placeOf(text, line, col ?? 0);
    return { severity: "error", code: "CONFIG_SYNTAX", message: summary, suggestion: adviceFor(text, place), ...place };
  }
}

/** The parser has gone past the key, often to the next line, when it sees that it was there before. */
function duplicate(text: string, line: number): SyntaxProblem {
  const lines = text.split("\n");
  const isKey = (candidate: string): boolean => /^\s*[^\s#]/u.test(candidate);
  let at = Math.min(line, lines.length - 1);
  while (at > 0 && !isKey(lines[at] ?? "")) at -= 1;
  const source = lines[at] ?? "";
  const name = source.trim().split("=")[0]?.trim().slice(0, 60) ?? "";
  return {
    severity: "error",
    code: "CONFIG_KEY_DUPLICATE",
    message: `${name} is there twice`,
    suggestion: "keep one of the two",
    line: at + 1,
    column: source.length - source.trimStart().length + 1,
  };
}

function withoutLine(text: string, line: number): string {
  const lines = text.split("\n");
  const source = (lines[line - 1] ?? "").trim();
  // A table that is there twice goes on under a name of its own, so that its keys stay apart from those before it.
  lines[line - 1] = source.startsWith("[") ? `["hangar.twice.${line}"]` : "";
  return lines.join("\n");
}

/** The parser counts from 0, and stands behind the last line when the file ends too early. */
function placeOf(text: string, line: number, column: number): Place {
  const lines = text.split(/\r?\n/u);
  const source = lines[line];
  if (source !== undefined && (source !== "" || line === 0)) {
    return { line: line + 1, column: Math.min(column, source.length) + 1 };
  }
  const last = Math.max(
    lines.findLastIndex((candidate, index) => index < line && candidate !== ""),
    0,
  );
  return { line: last + 1, column: (lines[last] ?? "").length + 1 };
}

function adviceFor(text: string, { line }: Place): string {
  const source = (text.split("\n")[line - 1] ?? "").slice(0, 200);
  if (/=\s*(yes|no|on|off)\s*$/iu.test(source)) return "write true or false";
  if (/[“”‘’]/u.test(source)) return 'use plain quotation marks (")';
  if (/^\s*[\w-]+\s*:/u.test(source)) return "write key = value, with an equals sign";
  if (/=\s*[A-Za-z/.][^"'\s]*\s*$/u.test(source)) return "put texts between quotation marks";
  if (/^\s*\[{1,2}[^\]]*$/u.test(source)) return "close the header with ] or ]]";
  return "look for a missing quotation mark, bracket or equals sign here or just before";
}

function isTooDeep(value: unknown, depth = 0): boolean {
  if (typeof value !== "object" || value === null || value instanceof Date) return false;
  return depth > MAX_DEPTH || Object.values(value).some((inner) => isTooDeep(inner, depth + 1));
}

function tooDeep(text: string): SyntaxProblem {
  const lines = text.split("\n");
  const line = lines.findIndex((candidate) => (candidate.match(/[[{.]/gu)?.length ?? 0) >= MAX_DEPTH / 2);
  return {
    severity: "error",
    code: "CONFIG_SYNTAX",
    message: `tables are nested more than ${MAX_DEPTH} deep`,
    suggestion: "no key of the configuration stands that deep",
    line: Math.max(line, 0) + 1,
    column: 1,
  };
}
