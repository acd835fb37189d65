// One value of the file against its description: what is made of it, or what is wrong with it.
import { parseDiskGb } from "./disk-size.ts";
import { checkDuration } from "./check-duration.ts";
import { parseMemoryMb } from "./memory-size.ts";
import type { Kind } from "./schema/kinds.ts";
import { keyName, refuse, type Spot, tolerate } from "./spot.ts";
import { isTable, plainText, show } from "./values.ts";

/** Kinds that hold no tables. */
export type PlainKind = Exclude<Kind, { readonly type: "table" | "tables" | "named" | "union" }>;

const listed = (words: readonly string[]): string => `one of ${words.map((one) => `"${one}"`).join(", ")}`;

/** What the value becomes, or undefined where it is absent or wrong; wrong ones are reported. */
export function checkPlain(spot: Spot, kind: PlainKind): unknown {
  const { value } = spot;
  switch (kind.type) {
    case "any":
      return value;
    case "text":
      return checkText(spot, kind);
    case "flag":
      return checkFlag(spot);
    case "integer":
      return checkInteger(spot, kind);
    case "number":
      return typeof value === "number" && value > kind.above ? value : refuse(spot, `a number above ${kind.above}`);
    case "duration":
      return checkDuration(spot, kind.bare);
    case "memory":
      return checkSize(spot, kind, parseMemoryMb, 'an amount of memory such as "512mb" or 512');
    case "disk":
      return checkSize(spot, kind, parseDiskGb, 'a size such as "10gb" or 10');
    case "texts":
      return checkTexts(spot, kind);
    default:
      return isPlain(value) ? plainText(value) : refuse(spot, "a text, a number, true or false");
  }
}

function checkText(spot: Spot, kind: Extract<Kind, { type: "text" }>): string | undefined {
  const { value } = spot;
  if (typeof value !== "string") {
    return kind.words === undefined ? refuse(spot, "a text in quotes") : refuse(spot, listed(kind.words));
  }
  if (value === "" && kind.empty === "absent") return undefined;
  if (kind.pattern !== undefined && !kind.pattern.test(value)) return refuse(spot, "in the form that it has here");
  if (kind.words === undefined || kind.words.includes(value)) return value;
  if (kind.unlisted === "warning") {
    refuse(spot, listed(kind.words), { severity: "warning" });
    return value;
  }
  return refuse(spot, listed(kind.words));
}

function checkFlag(spot: Spot): boolean | undefined {
  const { value } = spot;
  if (typeof value === "boolean") return value;
  if (value !== "true" && value !== "false") return refuse(spot, "true or false");
  tolerate(spot, `${keyName(spot.path)} = ${value}`);
  return value === "true";
}

function checkInteger(spot: Spot, kind: Extract<Kind, { type: "integer" }>): number | undefined {
  const { min, max } = kind;
  const { value } = spot;
  const isText = typeof value === "string" && /^\d{1,9}$/u.test(value);
  const number = isText ? Number(value) : value;
  if (typeof number === "number" && Number.isSafeInteger(number) && number >= min && number <= (max ?? number)) {
    if (isText && kind.asText !== true) tolerate(spot, `${keyName(spot.path)} = ${number}`);
    return number;
  }
  return refuse(spot, max === undefined ? `a whole number of at least ${min}` : `a whole number from ${min} to ${max}`);
}

function checkSize(
  spot: Spot,
  kind: Extract<Kind, { type: "memory" | "disk" }>,
  parse: (value: string | number) => number | undefined,
  expected: string,
): number | undefined {
  const { value } = spot;
  if (value === "") return undefined;
  const size = typeof value === "string" || typeof value === "number" ? parse(value) : undefined;
  if (size === undefined || !Number.isSafeInteger(size) || size < 0) return refuse(spot, expected);
  if (typeof value === "number" && kind.portable === "text") tolerate(spot, `"${value}${unitOf(kind)}"`);
  return size;
}

const unitOf = ({ type }: { readonly type: "memory" | "disk" }): string => (type === "memory" ? "mb" : "gb");

function checkTexts(spot: Spot, kind: Extract<Kind, { type: "texts" }>): readonly string[] | undefined {
  const { value } = spot;
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  if (typeof value !== "string" || kind.one === undefined) {
    return refuse(spot, kind.one === "portable" ? "a text or a list of texts" : "a list of texts");
  }
  if (kind.one === "tolerated") tolerate(spot, `${keyName(spot.path)} = [${show(value)}]`);
  return [value];
}

function isPlain(value: unknown): value is string | number | bigint | boolean | Date {
  return !isTable(value) && !Array.isArray(value) && value !== null && value !== undefined;
}
