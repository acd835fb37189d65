import type { KeyPath } from "./problem.ts";

/** A place in a text, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

const HEADER = /^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$/u;
const ASSIGNMENT = /^(\s*)((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/u;

/**
 * Where a key stands in the text of a TOML file. The parser does not tell, so this reads headers and assignments line
 * by line; what it cannot see (keys of inline tables, array elements) resolves to the nearest key that contains it.
 */
export function locateKey(text: string, path: KeyPath): Place | undefined {
  const places = indexKeys(text);
  for (let length = path.length; length > 0; length -= 1) {
    const place = places.get(path.slice(0, length).join("\0"));
    if (place !== undefined) return place;
  }
  return undefined;
}

function indexKeys(text: string): Map<string, Place> {
  const places = new Map<string, Place>();
  const lastIndex = new Map<string, number>();
  let table: (string | number)[] = [];
  let openString: string | undefined;
  const remember = (path: readonly (string | number)[], place: Place): void => {
    const key = path.join("\0");
    if (!places.has(key)) places.set(key, place);
  };
  for (const [number, line] of text.split("\n").entries()) {
    if (openString !== undefined) {
      if (line.includes(openString)) openString = undefined;
      continue;
    }
    const place = { line: number + 1, column: line.length - line.trimStart().length + 1 };
    const header = HEADER.exec(line);
    if (header !== null && !ASSIGNMENT.test(line)) {
      table = resolveHeader(splitKey(header[2] ?? ""), header[1] === "[[", lastIndex);
      for (let length = 1; length <= table.length; length += 1) remember(table.slice(0, length), place);
      continue;
    }
    const assignment = ASSIGNMENT.exec(line);
    if (assignment === null) continue;
    const key = splitKey(assignment[2] ?? "");
    for (let length = 1; length <= key.length; length += 1) remember([...table, ...key.slice(0, length)], place);
    openString = openedString(line.slice(assignment[0].length));
  }
  return places;
}

/** The path of a header, with the position of the newest element wherever it passes through an array of tables. */
function resolveHeader(keys: readonly string[], isArray: boolean, lastIndex: Map<string, number>): (string | number)[] {
  const path: (string | number)[] = [];
  for (const [position, key] of keys.entries()) {
    path.push(key);
    const name = path.join("\0");
    if (isArray && position === keys.length - 1) lastIndex.set(name, (lastIndex.get(name) ?? -1) + 1);
    const index = lastIndex.get(name);
    if (index !== undefined) path.push(index);
  }
  return path;
}

function splitKey(dotted: string): string[] {
  return [...dotted.matchAll(/"([^"]*)"|'([^']*)'|([\w-]+)/gu)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");
}

/** The delimiter of a multi-line string that the value opens and does not close on its line. */
function openedString(value: string): string | undefined {
  const delimiter = /"""|'''/u.exec(value);
  if (delimiter === null) return undefined;
  return value.indexOf(delimiter[0], delimiter.index + 3) === -1 ? delimiter[0] : undefined;
}
