const SIZE = /^\s*(\d+(?:\.\d+)?)\s*([kmgtp]?)(?:i?b)?\s*$/iu;
const UNIT_BYTES: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15 };

/**
 * Reads the size of a disk into whole gigabytes: a bare number is gigabytes, units are decimal (`"30gb"` = 30).
 * Undefined where the text is no size.
 */
export function parseDiskGb(value: string | number): number | undefined {
  if (typeof value === "number") return Number.isInteger(value) ? value : undefined;
  if (/^\s*\d+\s*$/u.test(value)) return Number(value);
  const match = SIZE.exec(value);
  if (match === null) return undefined;
  return Math.floor((Number(match[1]) * (UNIT_BYTES[(match[2] ?? "").toLowerCase()] ?? Number.NaN)) / 1e9);
}
