// The tables of a file against their description: what is made of them, with every problem reported.
import { closestWords } from "../errors/did-you-mean.ts";
import { checkPlain } from "./check-value.ts";
import type { Report } from "./finding.ts";
import { valueAt } from "./merge-tables.ts";
import { type KeyPath, renderKeyPath } from "./problem.ts";
import { CONFIG } from "./schema/top-level.ts";
import type { Keys, Kind, TableKind, TablesKind } from "./schema/kinds.ts";
import { ownersOf } from "./schema/owners.ts";
import { keyName, refuse, type Spot, tolerate } from "./spot.ts";
import { emptyTable, isTable, type Table } from "./values.ts";

/** The checked file, with keys under their present names and values in the units that the description says. */
export interface CheckedFile {
  readonly root: Table;
  /** Where a table of it stands in the file. */
  readonly pathOf: (table: Table) => KeyPath;
  /** Whether the file has something at a path, right or wrong. */
  readonly isWritten: (path: KeyPath) => boolean;
}

interface Check {
  readonly report: Report;
  readonly paths: WeakMap<object, KeyPath>;
  /** What an unknown key is. */
  readonly unknown: "error" | "warning";
  /** Names of the keys of a table, worked out once. */
  readonly names: Map<Keys, Readonly<Record<string, string>>>;
  /** Unknown keys so far: a file of nonsense gets no advice for each of its thousands of words. */
  readonly strangers: Set<string>;
}

/** Longer words are no slips of the finger, and comparing them takes long. */
const LONGEST_SLIP = 40;
const MOST_ADVICE = 50;

/** Checks the whole file. */
export function checkFile(raw: Table, report: Report, strict: boolean): CheckedFile {
  const paths = new WeakMap<object, KeyPath>();
  const unknown = strict ? "error" : "warning";
  const root = checkTable(raw, CONFIG, [], { report, paths, unknown, names: new Map(), strangers: new Set() });
  return {
    root,
    pathOf: (table) => paths.get(table) ?? [],
    isWritten: (path) => valueAt(raw, path) !== undefined,
  };
}

function checkTable(value: Table, kind: TableKind, path: KeyPath, check: Check): Table {
  const found = emptyTable();
  check.paths.set(found, path);
  const names = namesOf(kind.keys, check);
  // In the order of the names, so that lists under several names are joined in that order.
  const written = Object.keys(value).map((name): [string, string | undefined] => [
    name,
    Object.hasOwn(names, name) ? name : caseSlip(name, names),
  ]);
  const order = Object.keys(names);
  for (const [name, known] of written.toSorted(
    ([, a], [, b]) => (a === undefined ? -1 : order.indexOf(a)) - (b === undefined ? -1 : order.indexOf(b)),
  )) {
    const at = [...path, name];
    if (known === undefined) {
      const item = kind.rest === undefined ? undefined : checkKind(value[name], kind.rest, at, check);
      if (kind.rest === undefined) reportUnknown(name, at, kind, check);
      else if (item !== undefined) found[name] = item;
      continue;
    }
    const owner = names[known] ?? known;
    const description = kind.keys[owner];
    if (description === undefined) continue;
    if (known !== name) reportCase(name, known, at, check.report);
    if (description.retired !== undefined) {
      if (!saysNothing(value[name])) reportRetired(name, description.retired, at, check);
      continue;
    }
    const item = checkKind(value[name], description.kind, at, check);
    if (item === undefined) continue;
    const before = found[owner];
    found[owner] = Array.isArray(before) && Array.isArray(item) ? [...before, ...item] : item;
  }
  return found;
}

/** Every name that a key may have, to the key; older names first. */
function namesOf(keys: Keys, { names }: Check): Readonly<Record<string, string>> {
  const known = names.get(keys);
  if (known !== undefined) return known;
  const made = emptyTable<string>();
  for (const [name, { aliases = [] }] of Object.entries(keys)) {
    for (const alias of aliases) made[alias] = name;
    made[name] = name;
  }
  names.set(keys, made);
  return made;
}

function checkKind(value: unknown, kind: Kind, path: KeyPath, check: Check): unknown {
  if (value === undefined || value === null) return undefined;
  const spot: Spot = { value, path, report: check.report };
  switch (kind.type) {
    case "table":
      return isTable(value) ? checkTable(value, kind, path, check) : refuse(spot, `a table (${header(path)})`);
    case "tables":
      return checkTables(spot, kind, check);
    case "named":
      return checkNamed(spot, kind.item, check);
    case "union": {
      const fitting = kind.of.find((candidate) => hasShape(value, candidate));
      return fitting === undefined ? refuse(spot, kind.expected) : checkKind(value, fitting, path, check);
    }
    default:
      return checkPlain(spot, kind);
  }
}

const header = (path: KeyPath): string =>
  `[${renderKeyPath(path)
    .replaceAll(/\[\d+\]/gu, "")
    .slice(0, 80)}]`;

function checkTables(spot: Spot, kind: TablesKind, check: Check): readonly Table[] | undefined {
  const { value, path } = spot;
  const counts = (item: Table): boolean => kind.skipEmpty !== true || Object.keys(item).length > 0;
  if (isTable(value)) {
    if (kind.single === "tolerated" && counts(value)) tolerate(spot, `[${header(path)}]`);
    return counts(value) ? [checkTable(value, kind.item, path, check)] : [];
  }
  if (!Array.isArray(value)) return refuse(spot, `a table or tables ([${header(path)}])`);
  return value.flatMap((item: unknown, index) => {
    const at = [...path, index];
    if (!isTable(item)) {
      refuse({ ...spot, value: item, path: at }, "a table");
      return [];
    }
    return counts(item) ? [checkTable(item, kind.item, at, check)] : [];
  });
}

function checkNamed(spot: Spot, item: TableKind, check: Check): Table | undefined {
  const { value, path } = spot;
  const named = emptyTable<Table>();
  if (isTable(value)) {
    for (const name of Object.keys(value)) {
      const table = checkKind(value[name], item, [...path, name], check);
      if (isTable(table)) named[name] = table;
    }
    return named;
  }
  if (!Array.isArray(value)) return refuse(spot, `a table (${header(path)})`);
  for (const table of checkTables(spot, { type: "tables", item, single: "portable" }, check) ?? []) {
    const at = check.paths.get(table) ?? path;
    const name = table["name"];
    if (typeof name !== "string") refuse({ ...spot, value: name, path: at }, "a table with a name");
    else if (Object.hasOwn(named, name)) {
      const message = `there are two ${keyName(path)} named "${name.slice(0, 60)}"; the last one counts`;
      const suggestion = "give each a name of its own";
      spot.report({ severity: "warning", code: "CONFIG_KEY_DUPLICATE", path: at, message, suggestion });
      named[name] = table;
    } else named[name] = table;
  }
  return named;
}

function hasShape(value: unknown, kind: Kind): boolean {
  switch (kind.type) {
    case "text":
      return typeof value === "string";
    case "flag":
      return typeof value === "boolean";
    case "integer":
    case "number":
      return typeof value === "number";
    case "texts":
      return (kind.one !== undefined && typeof value === "string") || (Array.isArray(value) && !value.some(isTable));
    case "table":
    case "named":
      return isTable(value);
    case "tables":
      return Array.isArray(value) || isTable(value);
    case "union":
      return kind.of.some((candidate) => hasShape(value, candidate));
    default:
      return true;
  }
}

function caseSlip(name: string, names: Readonly<Record<string, string>>): string | undefined {
  if (name.length > LONGEST_SLIP) return undefined;
  const lower = name.toLowerCase();
  return Object.keys(names).find((known) => known.toLowerCase() === lower);
}

function reportCase(name: string, known: string, path: KeyPath, report: Report): void {
  const message = `${name} is read as ${known}; flyctl does so for some keys only`;
  report({ severity: "warning", code: "CONFIG_NOT_PORTABLE", path, message, suggestion: `write ${known}` });
}

function reportRetired(name: string, why: string, path: KeyPath, { report, unknown }: Check): void {
  const message = `${name} has no effect: ${why}`;
  report({ severity: unknown, code: "CONFIG_NO_EFFECT", path, message, suggestion: `remove ${name}` });
}

/** What forms leave behind: a key that has no effect, with a value that had none either. */
function saysNothing(value: unknown): boolean {
  return value === 0 || (Array.isArray(value) && value.length === 0);
}

/** The words of a key in any order and number: `auto_machine_stop` is `auto_stop_machines`. */
function wordsOf(name: string): string {
  return name
    .toLowerCase()
    .split(/[_-]/u)
    .map((word) => word.replace(/s$/u, ""))
    .toSorted()
    .join(" ");
}

function likelyNames(name: string, known: readonly string[]): readonly string[] {
  const same = known.filter((candidate) => wordsOf(candidate) === wordsOf(name));
  return same.length > 0 ? same : closestWords(name.toLowerCase(), known);
}

function reportUnknown(name: string, path: KeyPath, kind: TableKind, check: Check): void {
  const shown = name.slice(0, 60);
  const where = path.length === 1 ? "" : ` in ${header(path.slice(0, -1))}`;
  check.strangers.add(name);
  const advised = name.length <= LONGEST_SLIP && check.strangers.size <= MOST_ADVICE;
  const close = advised ? likelyNames(name, Object.keys(namesOf(kind.keys, check))) : [];
  const owners = advised ? ownersOf(name) : [];
  const suggestion =
    close.length > 0
      ? `did you mean ${close.join(" or ")}?`
      : owners.length > 0
        ? `${shown} is a key of ${owners.slice(0, 3).join(", ")}`
        : `remove ${shown === "" ? "it" : shown}, or write it into [env] if the program reads it`;
  check.report({
    severity: check.unknown,
    code: "CONFIG_KEY_UNKNOWN",
    path,
    message: `there is no key ${shown === "" ? '""' : shown}${where}`,
    suggestion,
  });
}
