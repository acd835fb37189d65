// A table of a fly.toml as people write it: under a header of its own, the tables in it after its keys.
import { stringify } from "@decimalturn/toml-patch";
import { isTable, type Table } from "./values.ts";

/** Whether a value is written as tables with headers. */
export function isSection(value: unknown): value is Table | readonly Table[] {
  return isTable(value) || (Array.isArray(value) && value.length > 0 && value.every(isTable));
}

/** The lines of a table, or of a list of them, without a line end after the last. @param names its name, part by part */
export function renderSection(names: readonly string[], value: Table | readonly unknown[]): string {
  const name = names.map((part) => (/^[\w-]+$/u.test(part) ? part : JSON.stringify(part))).join(".");
  if (Array.isArray(value)) {
    return value.map((element) => renderTable(`[[${name}]]`, names, element as Table)).join("\n\n");
  }
  return renderTable(`[${name}]`, names, value as Table);
}

function renderTable(header: string, names: readonly string[], table: Table): string {
  const entries = Object.entries(table);
  const keys = stringify(Object.fromEntries(entries.filter(([, value]) => !isSection(value)))).trim();
  const sections = entries.flatMap(([key, value]) => (isSection(value) ? [renderSection([...names, key], value)] : []));
  return [[header, keys].filter((part) => part !== "").join("\n"), ...sections].join("\n\n");
}
