import { emptyTable, isTable, type Table } from "./values.ts";

/** Lays one file over another: tables key by key, anything else as a whole. */
export function mergeTables(below: Table, above: Table): Table {
  const merged = emptyTable();
  for (const [key, value] of Object.entries(below)) merged[key] = value;
  for (const [key, value] of Object.entries(above)) {
    const under = merged[key];
    merged[key] = isTable(under) && isTable(value) ? mergeTables(under, value) : value;
  }
  return merged;
}

/** The value at a path, or undefined where there is none. */
export function valueAt(table: Table, path: readonly (string | number)[]): unknown {
  let value: unknown = table;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}
