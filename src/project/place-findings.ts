// Where findings stand in their files.
import type { Finding } from "./finding.ts";
import { type KeyPath, type Problem, renderKeyPath } from "./problem.ts";
import { pathName, type Place, type Places, type SyntaxProblem } from "./text/document.ts";
import { tomlPlaces } from "./text/toml-places.ts";

/** A file that was read, for looking places up. */
export interface PlacedText {
  /** For messages. */
  readonly file: string;
  readonly text: string;
  readonly places: Places;
}

/** Where something is written: a place, the file it is in, and the line itself. */
export interface Origin extends Place {
  readonly file: string;
  readonly source: string;
  /** Whether the very key is written there, and not only a table that contains it. */
  readonly exact: boolean;
}

const LONGEST_SOURCE = 240;

/** Makes a file of TOML ready for looking places up. */
export function placedToml(file: string, text: string): PlacedText {
  return { file, text, places: tomlPlaces(text) };
}

/** Finds origins; a key that several files have comes from the last of them. */
export function createOriginFinder(texts: readonly PlacedText[]): (path: KeyPath) => Origin {
  const lines = texts.map(({ text }) => text.split(/\r?\n/u));
  return (path) => {
    for (let length = path.length; length > 0; length -= 1) {
      const name = pathName(path.slice(0, length));
      const index = texts.findLastIndex(({ places }) => places.has(name));
      const place = texts[index]?.places.get(name);
      if (place === undefined) continue;
      return { ...sourced(texts[index]?.file ?? "", lines[index] ?? [], place), exact: length === path.length };
    }
    return { ...sourced(texts[0]?.file ?? "", lines[0] ?? [], { line: 1, column: 1 }), exact: false };
  };
}

function sourced(file: string, lines: readonly string[], place: Place): Omit<Origin, "exact"> {
  return {
    file,
    line: place.line,
    column: place.column,
    source: (lines[place.line - 1] ?? "").slice(0, LONGEST_SOURCE),
  };
}

/** Findings as problems, in the order of the files. */
export function placeFindings(findings: readonly Finding[], originOf: (path: KeyPath) => Origin): Problem[] {
  return findings
    .map((finding): Problem => {
      const { file, line, column, source } = originOf(finding.path);
      const { severity, code, message, suggestion } = finding;
      const advice = suggestion === undefined ? {} : { suggestion };
      return {
        severity,
        code,
        message,
        ...advice,
        file,
        key: renderKeyPath(finding.path).slice(0, 200),
        line,
        column,
        source,
      };
    })
    .toSorted((a, b) => (a.file === b.file ? a.line - b.line : 0));
}

/** What stopped a text from being read, as problems. */
export function placeSyntaxProblems(problems: readonly SyntaxProblem[], file: string, text: string): Problem[] {
  const lines = text.split(/\r?\n/u);
  return problems.map(({ line, column, ...problem }) => ({ ...problem, ...sourced(file, lines, { line, column }) }));
}
