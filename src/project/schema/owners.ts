// Where keys belong: for people who wrote a key into the wrong table, and for pages.
import { CONFIG } from "./top-level.ts";
import type { Key, Kind, TableKind } from "./kinds.ts";

/** One key of the whole configuration, with the place where it is written. */
export interface KeyEntry {
  /** As people write it: `services.ports.handlers`, `checks.NAME.type`. */
  readonly name: string;
  readonly key: Key;
}

/** The tables that a value of a kind may consist of. */
export function tablesOf(kind: Kind): readonly TableKind[] {
  switch (kind.type) {
    case "table":
      return [kind];
    case "tables":
    case "named":
      return [kind.item];
    case "union":
      return kind.of.flatMap(tablesOf);
    default:
      return [];
  }
}

/** Every key of the configuration, those of tables after the table itself. */
export function allKeys(): readonly KeyEntry[] {
  return entriesOf(CONFIG, "");
}

function entriesOf(table: TableKind, prefix: string): KeyEntry[] {
  return Object.entries(table.keys).flatMap(([name, key]) => [
    { name: `${prefix}${name}`, key },
    ...tablesOf(key.kind).flatMap((inner) =>
      entriesOf(inner, `${prefix}${name}.${key.kind.type === "named" ? "NAME." : ""}`),
    ),
  ]);
}

/** The headers of the tables that have a key of this name. */
export function ownersOf(name: string): readonly string[] {
  return [
    ...new Set(
      allKeys()
        .filter((entry) => entry.name.slice(entry.name.lastIndexOf(".") + 1) === name)
        .map((entry) =>
          entry.name.includes(".") ? `[${entry.name.slice(0, entry.name.lastIndexOf("."))}]` : "the top of the file",
        ),
    ),
  ];
}
