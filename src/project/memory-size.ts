const SIZE = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/iu;
const UNIT_BYTES: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/**
 * Reads an amount of memory into whole megabytes: a bare number is megabytes, units are binary (`"1gb"` = 1024).
 * Undefined where the text is no size.
 */
export function parseMemoryMb(value: string | number): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (/^\s*\d+\s*$/u.test(value)) return Number(value);
  const match = SIZE.exec(value);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * (UNIT_BYTES[(match[2] ?? "").toLowerCase()] ?? Number.NaN);
  return Math.floor(bytes / 2 ** 20);
}
