const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/**
 * Reads a duration as Go writes it (`"1m30s"`, `"500ms"`, `"0"`) into milliseconds; undefined where the text is none.
 * A bare number other than 0 is no duration, because nobody can say in which unit it is.
 */
export function parseDurationMs(text: string): number | undefined {
  const sign = text.startsWith("-") ? -1 : 1;
  const unsigned = text.replace(/^[-+]/u, "");
  if (unsigned === "0") return 0;
  let total = 0;
  let end = 0;
  for (const part of unsigned.matchAll(PART)) {
    if (part.index !== end) return undefined;
    total += Number(part[1]) * (UNIT_MS[part[2] ?? ""] ?? Number.NaN);
    end = part.index + part[0].length;
  }
  return end === 0 || end !== unsigned.length ? undefined : sign * total;
}

/** Writes milliseconds as Go writes a duration (`90_000` → `"1m30s"`), which is the form on the wire. */
export function formatDurationMs(durationMs: number): string {
  if (durationMs === 0) return "0s";
  if (durationMs < 0) return `-${formatDurationMs(-durationMs)}`;
  const ns = Math.round(durationMs * 1e6);
  if (ns < 1e3) return `${ns}ns`;
  if (ns < 1e6) return `${ns / 1e3}µs`;
  if (ns < 1e9) return `${ns / 1e6}ms`;
  const hours = Math.floor(ns / 3.6e12);
  const minutes = Math.floor((ns % 3.6e12) / 6e10);
  const seconds = `${(ns % 6e10) / 1e9}s`;
  if (hours > 0) return `${hours}h${minutes}m${seconds}`;
  return minutes > 0 ? `${minutes}m${seconds}` : seconds;
}
