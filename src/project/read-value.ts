import { parseDurationMs } from "./duration.ts";
import { parseMemoryMb } from "./memory-size.ts";
import type { KeyPath } from "./problem.ts";

/** A table as the TOML parser gives it. */
export type RawTable = Readonly<Record<string, unknown>>;
/** Takes note of a problem at a key. */
export type Report = (severity: "error" | "warning", path: KeyPath, message: string) => void;

/** A table of the file, the place where it stands, and where problems in it go. */
export interface Section {
  readonly table: RawTable;
  readonly path: KeyPath;
  readonly report: Report;
}

/** Whether a value of the file is a table (and not a date or an array). */
export function isTable(value: unknown): value is RawTable {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** A value as people wrote it, for messages. */
export function show(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === "bigint") return String(value);
  return JSON.stringify(value) ?? String(value);
}

function refuse(section: Section, key: string, expected: string): undefined {
  section.report("error", [...section.path, key], `${key} must be ${expected}, not ${show(section.table[key])}`);
  return undefined;
}

/** A text, or undefined where the key is absent; anything else is reported. */
export function readString(section: Section, key: string): string | undefined {
  const value = section.table[key];
  if (value === undefined || typeof value === "string") return value;
  return refuse(section, key, "a text in quotes");
}

/** One of the given words. */
export function readWord<const Word extends string>(
  section: Section,
  key: string,
  words: readonly Word[],
): Word | undefined {
  const value = section.table[key];
  if (value === undefined) return undefined;
  const word = words.find((candidate) => candidate === value);
  return word ?? refuse(section, key, `one of ${words.map((candidate) => `"${candidate}"`).join(", ")}`);
}

/** `true` or `false`. */
export function readBoolean(section: Section, key: string): boolean | undefined {
  const value = section.table[key];
  if (value === undefined || typeof value === "boolean") return value;
  return refuse(section, key, "true or false");
}

/** A whole number; as text too where the platform's own tool takes that (`port = "80"`). */
export function readInteger(
  section: Section,
  key: string,
  range: { min?: number; max?: number; asText?: boolean } = {},
): number | undefined {
  const value = section.table[key];
  if (value === undefined) return undefined;
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = range;
  const number = range.asText === true && typeof value === "string" && /^\d+$/u.test(value) ? Number(value) : value;
  if (typeof number === "number" && Number.isInteger(number) && number >= min && number <= max) return number;
  const bounds =
    max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`;
  return refuse(section, key, bounds);
}

/** A port number. */
export function readPort(section: Section, key: string, asText = false): number | undefined {
  return readInteger(section, key, { min: 1, max: 65_535, asText });
}

/** A positive number. */
export function readPositive(section: Section, key: string): number | undefined {
  const value = section.table[key];
  if (value === undefined) return undefined;
  return typeof value === "number" && value > 0 ? value : refuse(section, key, "a number above 0");
}

/**
 * A duration in milliseconds. Bare numbers have the unit that the platform's own tool gives them at this key; where that
 * is nanoseconds, which nobody means, a warning says so.
 */
export function readDurationMs(
  section: Section,
  key: string,
  numbers: "seconds" | "milliseconds" | "nanoseconds",
): number | undefined {
  const value = section.table[key];
  if (value === undefined) return undefined;
  if (typeof value === "string") {
    if (value === "" && numbers !== "nanoseconds") return undefined;
    const durationMs = parseDurationMs(value);
    return durationMs !== undefined && durationMs >= 0
      ? durationMs
      : refuse(section, key, 'a duration such as "10s" or "1m30s"');
  }
  if (typeof value !== "number" || value < 0) return refuse(section, key, 'a duration such as "10s" or "1m30s"');
  if (numbers === "seconds") return Math.trunc(value) * 1_000;
  if (numbers === "milliseconds") return Math.trunc(value);
  section.report(
    "warning",
    [...section.path, key],
    `${key} = ${value} is read as ${value} nanoseconds; write "${value}s" for seconds`,
  );
  return value / 1e6;
}

/** An amount of memory in MB. */
export function readMemoryMb(section: Section, key: string): number | undefined {
  const value = section.table[key];
  if (value === undefined) return undefined;
  const memoryMb = typeof value === "string" || typeof value === "number" ? parseMemoryMb(value) : undefined;
  return memoryMb !== undefined && memoryMb > 0
    ? memoryMb
    : refuse(section, key, 'an amount of memory such as "512mb" or 512');
}

/** A list of texts. */
export function readStrings(section: Section, key: string): readonly string[] | undefined {
  const value = section.table[key];
  if (value === undefined) return undefined;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  return refuse(section, key, "a list of texts");
}

/** A table, as a section of its own. */
export function readTable(section: Section, key: string): Section | undefined {
  const value = section.table[key];
  if (value === undefined) return undefined;
  if (isTable(value)) return { table: value, path: [...section.path, key], report: section.report };
  return refuse(section, key, `a table ([${[...section.path, key].join(".")}])`);
}

/** All tables under a key that takes one table or an array of them. */
export function readTables(section: Section, key: string): Section[] {
  const value = section.table[key];
  if (value === undefined) return [];
  const at = (table: RawTable, ...path: KeyPath): Section => ({
    table,
    path: [...section.path, key, ...path],
    report: section.report,
  });
  if (isTable(value)) return [at(value)];
  if (Array.isArray(value) && value.every(isTable)) return value.map((table, index) => at(table, index));
  refuse(section, key, `a table or tables ([[${[...section.path, key].join(".")}]])`);
  return [];
}

/** As `readTables`, without the empty tables that forms leave behind and that mean nothing there. */
export function readFilledTables(section: Section, key: string): Section[] {
  return readTables(section, key).filter((item) => Object.keys(item.table).length > 0);
}

/** A text as it is, and nothing for anything else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
