// The values of a file one by one, for pages that list them.
import type { KeyPath } from "./problem.ts";
import { CONFIG } from "./schema/top-level.ts";
import { tablesOf } from "./schema/owners.ts";
import type { TableKind } from "./schema/kinds.ts";
import { isTable, type Table } from "./values.ts";

/** One value of a file. */
export interface Leaf {
  readonly path: KeyPath;
  readonly value: unknown;
}

const MOST_DEEP = 12;

/** All values that are no tables, in the order of the file; lists of plain values are one value. */
export function leavesOf(table: Table, prefix: KeyPath = []): Leaf[] {
  return Object.keys(table).flatMap((key) => leavesUnder(table[key], [...prefix, key]));
}

function leavesUnder(value: unknown, path: KeyPath): Leaf[] {
  if (path.length > MOST_DEEP) return [{ path, value }];
  if (isTable(value) && Object.keys(value).length > 0) return leavesOf(value, path);
  if (Array.isArray(value) && value.some(isTable)) {
    return value.flatMap((item: unknown, index) => leavesUnder(item, [...path, index]));
  }
  return [{ path, value }];
}

/** The name of the key at a path in the description of all keys (`mount[0].source` → `mounts.source`); undefined where there is none. */
export function describedName(path: KeyPath): string | undefined {
  let tables: readonly TableKind[] = [CONFIG];
  const name: string[] = [];
  let named = false;
  for (const part of path) {
    if (typeof part === "number") {
      named = false;
      continue;
    }
    if (named) {
      name.push("NAME");
      named = false;
      continue;
    }
    const found = tables
      .flatMap((table) => Object.entries(table.keys))
      .find(([known, { aliases = [] }]) => known === part || aliases.includes(part));
    if (found === undefined) return tables.some(({ rest }) => rest !== undefined) ? name.join(".") : undefined;
    name.push(found[0]);
    tables = tablesOf(found[1].kind);
    named = found[1].kind.type === "named";
  }
  return name.join(".");
}
