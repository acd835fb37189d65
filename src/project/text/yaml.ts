// JSON and YAML: their values and where their keys stand. JSON is read as YAML, of which it is a part, for the places.
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import type { KeyPath } from "../problem.ts";
import { isTable } from "../values.ts";
import {
  findTooLarge,
  pathName,
  type Place,
  placeAt,
  placeOfEnd,
  type Places,
  type ReadText,
  type SyntaxProblem,
} from "./document.ts";

/** How often anchors of YAML may be repeated; more is an attempt to fill the memory. */
const MAX_ALIASES = 100;
/** Brackets and indentation steps within each other; the parser is recursive. */
const MAX_DEPTH = 100;
const MAX_MARKS = 200;
/**
 * What may be in a file how often: real ones have dozens of each. Each may be a fault of its own to the parser, and keys are
 * compared with each other, so that thousands take it a tenth of a second.
 */
const MOST_MARKS = [
  { name: "brackets", mark: /[[{]/gu, most: 2_000 },
  { name: "colons", mark: /:/gu, most: 2_000 },
  { name: "list items", mark: /^ *-/gmu, most: 2_000 },
  { name: "quotes", mark: /["']/gu, most: 4_000 },
] as const;

/** Faults after so many are faults of the first. */
const MOST_ERRORS = 20;

/** Reads a text in YAML. */
export function readYaml(text: string): ReadText {
  const early = findTooLarge(text, "yaml") ?? findTooMany(text) ?? findTooDeep(text);
  if (early !== undefined) return { problems: [early] };
  const { document, problems } = parse(text, "error");
  if (document === undefined || problems.some(({ severity }) => severity === "error")) return { problems };
  const read = tableOf(document, text);
  return { ...read, problems: [...problems, ...read.problems] };
}

/** Reads a text in JSON; a key that is there twice counts the last time, as the platform's own tool reads it. */
export function readJson(text: string): ReadText {
  const early = findTooLarge(text, "json") ?? findTooMany(text) ?? findTooDeep(text);
  if (early !== undefined) return { problems: [early] };
  try {
    const value: unknown = JSON.parse(text);
    if (!isTable(value)) return { problems: [notTable(text)] };
    return { table: value, problems: parse(text, "warning").problems.filter(({ severity }) => severity === "warning") };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const offset = /position (\d+)/u.exec(message)?.[1];
    const place = offset === undefined ? placeOfEnd(text) : placeAt(text, Number(offset));
    const summary = message
      .replace(/,? ?(?:"|\.\.\.")[^]*is not valid JSON$/u, "")
      .replace(/ in JSON at position.*$/u, "");
    return { problems: [syntaxError(summary === "" ? "this is no JSON" : summary, place)] };
  }
}

/** The places of all keys of a text in JSON or YAML. */
export function yamlPlaces(text: string): Places {
  const places = new Map<string, Place>();
  const lines = new LineCounter();
  const { document } = parse(text, "warning", lines);
  const visit = (node: unknown, path: KeyPath): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue;
        const inner = [...path, String(key.value)];
        remember(inner, key.range?.[0]);
        visit(value, inner);
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const inner = [...path, index];
        remember(inner, isMap(item) || isSeq(item) || isScalar(item) || isAlias(item) ? item.range?.[0] : undefined);
        visit(item, inner);
      }
    }
  };
  const remember = (path: KeyPath, offset: number | undefined): void => {
    if (offset === undefined) return;
    const { line, col } = lines.linePos(offset);
    places.set(pathName(path), { line: Math.max(line, 1), column: Math.max(col, 1) });
  };
  if (document !== undefined && findTooDeep(text) === undefined) visit(document.contents, []);
  return places;
}

function parse(
  text: string,
  duplicates: "error" | "warning",
  lineCounter = new LineCounter(),
): { document?: Document.Parsed; problems: SyntaxProblem[] } {
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter, prettyErrors: false, logLevel: "silent" });
  } catch {
    return { problems: [syntaxError("this cannot be read as YAML", { line: 1, column: 1 })] };
  }
  const problems = document.errors.slice(0, MOST_ERRORS).map(({ code, message, pos }): SyntaxProblem => {
    const place = placeAt(text, Math.min(pos[0], text.length));
    if (code !== "DUPLICATE_KEY") return syntaxError(message.split("\n")[0] ?? "", place);
    return {
      severity: duplicates,
      code: "CONFIG_KEY_DUPLICATE",
      message: "this key is there twice",
      suggestion: "keep one of the two",
      ...place,
    };
  });
  return { document, problems };
}

function tableOf(document: Document.Parsed, text: string): ReadText {
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (value === null) return { table: {}, problems: [] };
    return isTable(value) ? { table: value, problems: [] } : { problems: [notTable(text)] };
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return { problems: [syntaxError(message, { line: 1, column: 1 })] };
  }
}

function findTooMany(text: string): SyntaxProblem | undefined {
  for (const { name, mark, most } of MOST_MARKS) {
    const first = [...text.matchAll(mark)][most];
    if (first !== undefined) return syntaxError(`the file has more than ${most} ${name}`, placeAt(text, first.index));
  }
  return undefined;
}

function findTooDeep(text: string): SyntaxProblem | undefined {
  /** What closes the brackets that are open. Those in texts and comments are taken for brackets too: the limits are wide. */
  const open: string[] = [];
  let stray = 0;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === "[" || char === "{") open.push(char === "[" ? "]" : "}");
    if (char === "]" || char === "}") {
      // Each is a fault of its own to the parser, and it takes its time over each.
      if (open.at(-1) === char) open.pop();
      else stray += 1;
    }
    if (open.length > MAX_DEPTH) return syntaxError("brackets are nested too deeply", placeAt(text, at));
    if (stray > MAX_MARKS) return syntaxError("brackets close what was not opened", placeAt(text, at));
  }
  let start = 0;
  for (const line of text.split("\n")) {
    // Tags, anchors and lists in lists: the parser's work grows with the square of their number in a line.
    const marks = line.match(/[!&*?]|- /gu)?.length ?? 0;
    if (marks > MAX_MARKS) return syntaxError(`a line has more than ${MAX_MARKS} marks of YAML`, placeAt(text, start));
    start += line.length + 1;
  }
  return undefined;
}

function notTable(text: string): SyntaxProblem {
  return syntaxError("the file must hold keys and values", placeAt(text, text.length - text.trimStart().length));
}

function syntaxError(message: string, place: Place): SyntaxProblem {
  const suggestion = "look for a missing quotation mark, bracket, comma or colon here or just before";
  return { severity: "error", code: "CONFIG_SYNTAX", message, suggestion, ...place };
}
