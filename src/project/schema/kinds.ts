// The language in which the keys of the configuration are described. One description serves the check of a file, the JSON
// Schema and `config explain`, so that they cannot disagree.

/** What a value may be, and what is made of it when it is read. */
export type Kind =
  | {
      readonly type: "text";
      readonly words?: readonly string[];
      readonly pattern?: RegExp;
      readonly empty?: "absent";
      /** What a word is that is not listed. */ readonly unlisted?: "warning";
    }
  | { readonly type: "flag" }
  | { readonly type: "integer"; readonly min: number; readonly max?: number; readonly asText?: boolean }
  | { readonly type: "number"; readonly above: number }
  /** Becomes milliseconds. `bare` is the unit that the platform's own tool gives a bare number at this key. */
  | { readonly type: "duration"; readonly bare: "seconds" | "milliseconds" | "nanoseconds" }
  /** Becomes MB. `portable`: the forms that the platform's own tool takes. */
  | { readonly type: "memory"; readonly portable: "any" | "text" }
  /** Becomes GB. */
  | { readonly type: "disk"; readonly portable: "any" | "text" }
  /** Becomes a list. `one`: what a single text counts as, instead of a list. */
  | { readonly type: "texts"; readonly one?: "portable" | "tolerated" }
  /** Any plain value; becomes a text. */
  | { readonly type: "scalar" }
  | TableKind
  | TablesKind
  /** A table of tables, or a list of tables that each have a `name`; becomes the first. */
  | { readonly type: "named"; readonly item: TableKind }
  /** The first of the kinds that the value has the shape of. */
  | { readonly type: "union"; readonly of: readonly Kind[]; readonly expected: string }
  /** Handed on as it is written. */
  | { readonly type: "any" };

export interface TableKind {
  readonly type: "table";
  readonly keys: Keys;
  /** The values under names that the writer chooses. */
  readonly rest?: Kind;
  /** What such a name stands for, for messages and pages. */
  readonly restName?: string;
}

export interface TablesKind {
  readonly type: "tables";
  readonly item: TableKind;
  /** Whether the platform's own tool takes one table where a list is meant; it is read either way. */
  readonly single: "portable" | "tolerated";
  /** Whether empty tables, which forms leave behind, count for nothing. */
  readonly skipEmpty?: boolean;
}

/** One key of a table. */
export interface Key {
  readonly kind: Kind;
  /** What it does, as one sentence without a full stop. */
  readonly summary: string;
  /** What holds where it is absent, in words. */
  readonly default?: string;
  /** What it becomes in the configuration of a machine, or where else it goes. */
  readonly becomes?: string;
  /** Other names, older than this one. Lists under several names are joined in this order, this name last. */
  readonly aliases?: readonly string[];
  /** Why it has no effect any more: files still have it, and the platform's own tool passes over it. */
  readonly retired?: string;
}

export type Keys = Readonly<Record<string, Key>>;

/** Describes a key. */
export function key(kind: Kind, summary: string, more: Omit<Key, "kind" | "summary"> = {}): Key {
  return { kind, summary, ...more };
}

/** Describes a key that no longer means anything. */
export function retired(why: string): Key {
  return { kind: { type: "any" }, summary: "Has no effect", retired: why };
}

export const TEXT: Kind = { type: "text" };
export const FLAG: Kind = { type: "flag" };
export const TEXTS: Kind = { type: "texts" };
export const SCALAR: Kind = { type: "scalar" };
export const ANY: Kind = { type: "any" };

/** One of some words; an empty text is as good as none. */
export const word = (...words: readonly string[]): Kind => ({ type: "text", words, empty: "absent" });
export const integer = (min = 0, max?: number): Kind =>
  max === undefined ? { type: "integer", min } : { type: "integer", min, max };
export const duration = (bare: "seconds" | "milliseconds" | "nanoseconds"): Kind => ({ type: "duration", bare });
export const table = (keys: Keys): TableKind => ({ type: "table", keys });
export const map = (restName: string, rest: Kind): TableKind => ({ type: "table", keys: {}, rest, restName });
export const union = (expected: string, ...of: readonly Kind[]): Kind => ({ type: "union", of, expected });
/** A list for which one table may stand. */
export const tables = (keys: Keys, more: Partial<TablesKind> = {}): TablesKind => ({
  type: "tables",
  item: table(keys),
  single: "portable",
  ...more,
});

/** A port number; as text too where the platform's own tool takes that. */
export const port = (asText = false): Kind => ({ type: "integer", min: 1, max: 65_535, asText });

/** A kind in words, for people. */
export function describeKind(kind: Kind): string {
  switch (kind.type) {
    case "text":
      return kind.words === undefined ? "text" : `one of ${kind.words.map((one) => `"${one}"`).join(", ")}`;
    case "flag":
      return "true or false";
    case "integer":
      return kind.max === undefined ? "whole number" : `whole number from ${kind.min} to ${kind.max}`;
    case "number":
      return `number above ${kind.above}`;
    case "duration":
      return `duration such as "10s"; a bare number is ${kind.bare}`;
    case "memory":
      return 'amount of memory such as "512mb"';
    case "disk":
      return 'size such as "10gb"';
    case "texts":
      return kind.one === "portable" ? "text or list of texts" : "list of texts";
    case "scalar":
      return "text, number, true or false";
    case "table":
      return "table";
    case "tables":
      return "table, or list of tables";
    case "named":
      return "tables by name";
    case "union":
      return kind.expected;
    default:
      return "anything";
  }
}
