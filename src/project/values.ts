// Values of a configuration file, as its parser gives them and as they are checked.

/** A table: own keys only, whatever they are called. */
export type Table = Readonly<Record<string, unknown>>;

const MOST_SHOWN = 60;

/** Whether a value of the file is a table (and not a date or an array). */
export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A table without keys, in which `__proto__` and `constructor` are names like others. */
export function emptyTable<Value = unknown>(): Record<string, Value> {
  return Object.create(null) as Record<string, Value>;
}

/** A value as people wrote it, for messages; long ones are cut. */
export function show(value: unknown): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "a date" : value.toISOString();
  if (isTable(value)) return "a table";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : `a list of ${value.length}`;
  if (typeof value !== "string") return String(value);
  return JSON.stringify(value.length > MOST_SHOWN ? `${value.slice(0, MOST_SHOWN)}…` : value);
}

/** A plain value as text, as the platform's own tool writes it into the environment. */
export function plainText(value: string | number | bigint | boolean | Date): string {
  return value instanceof Date ? (Number.isNaN(value.getTime()) ? "" : value.toISOString()) : String(value);
}

/** The text under a key of a checked table. */
export function textAt(table: Table, key: string): string | undefined {
  const value = table[key];
  return typeof value === "string" ? value : undefined;
}

/** The number under a key of a checked table. */
export function numberAt(table: Table, key: string): number | undefined {
  const value = table[key];
  return typeof value === "number" ? value : undefined;
}

/** The truth value under a key of a checked table. */
export function flagAt(table: Table, key: string): boolean | undefined {
  const value = table[key];
  return typeof value === "boolean" ? value : undefined;
}

/** The list of texts under a key of a checked table. */
export function textsAt(table: Table, key: string): readonly string[] | undefined {
  const value = table[key];
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : undefined;
}

/** The table under a key of a checked table. */
export function tableAt(table: Table, key: string): Table | undefined {
  const value = table[key];
  return isTable(value) ? value : undefined;
}

/** The tables under a key of a checked table; none where it is absent. */
export function tablesAt(table: Table, key: string): readonly Table[] {
  const value = table[key];
  return Array.isArray(value) ? value.filter(isTable) : [];
}
