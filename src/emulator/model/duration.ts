// Pure: durations as the Machines API writes them.

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/**
 * Milliseconds of a duration: a Go duration string ("1m30s", "500ms") or a number of nanoseconds (the API's numbers).
 * Undefined where there is none or it cannot be read.
 */
export function durationMs(value: string | number | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number") return value / 1e6;
  let total = 0;
  let rest = value.trim();
  if (rest === "") return undefined;
  while (rest !== "") {
    const match = /^(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/.exec(rest);
    const unit = match?.[2];
    if (match === null || unit === undefined) return undefined;
    total += Number(match[1]) * (UNIT_MS[unit] ?? 0);
    rest = rest.slice(match[0].length);
  }
  return total;
}
