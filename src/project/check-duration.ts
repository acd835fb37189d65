import { parseDurationMs } from "./duration.ts";
import { keyName, refuse, type Spot } from "./spot.ts";

type BareUnit = "seconds" | "milliseconds" | "nanoseconds";

const EXPECTED = 'a duration such as "10s" or "1m30s"';
const UNIT_MS: Readonly<Record<BareUnit, number>> = { seconds: 1_000, milliseconds: 1, nanoseconds: 1e-6 };
/** Bare numbers in this range are hardly meant in the unit that they are read in. */
const DOUBTFUL: Readonly<Record<BareUnit, readonly [from: number, below: number]>> = {
  seconds: [1_000, Infinity],
  milliseconds: [1, 1_000],
  nanoseconds: [1, 1e9],
};

/** A duration in milliseconds. A bare number is read in the given unit, with a warning where nobody means that. */
export function checkDuration(spot: Spot, bare: BareUnit): number | undefined {
  const { value } = spot;
  if (typeof value === "string") {
    if (value === "" && bare !== "nanoseconds") return undefined;
    const durationMs = parseDurationMs(value);
    if (durationMs !== undefined && durationMs >= 0) return durationMs;
    return refuse(spot, EXPECTED, /^\d+$/u.test(value) ? { suggestion: `write "${value.slice(0, 20)}s"` } : {});
  }
  if (typeof value !== "number" || value < 0 || !Number.isFinite(value)) return refuse(spot, EXPECTED);
  const number = bare === "nanoseconds" ? value : Math.trunc(value);
  const [from, below] = DOUBTFUL[bare];
  if (number >= from && number < below) warn(spot, number, bare);
  return number * UNIT_MS[bare];
}

function warn({ path, report }: Spot, number: number, bare: BareUnit): void {
  const meant = number >= 1_000 ? "milliseconds" : "seconds";
  const key = keyName(path);
  const written = meant === "seconds" ? `"${number}s"` : `"${number}ms"`;
  report({
    severity: "warning",
    code: "CONFIG_DURATION_UNIT",
    path,
    message: `${key} = ${number} is read as ${number} ${bare}; probably ${number} ${meant} are meant`,
    suggestion: `write ${key} = ${written}`,
  });
}
