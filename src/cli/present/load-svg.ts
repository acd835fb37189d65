// The latencies of a load as a picture: one histogram per city under a common axis, logarithmic in time.
import { findRegion } from "../../emulator/index.ts";
import type { ScheduleInput } from "../../operations/load/schedule.ts";
import type { CityLoad } from "../../operations/load/tally.ts";

const WIDTH = 900;
const LEFT = 190;
const RIGHT = 24;
const TOP = 56;
const ROW = 74;
const BARS_HEIGHT = 50;
const AXIS = 44;
/** Bars of a row over its whole width. */
const BARS = 120;
const MARKS = [
  ["p50", "p50"],
  ["p99", "p99"],
] as const;

const STYLE = [
  "text{font:12px system-ui,sans-serif;fill:#222}.small{font-size:10px;fill:#666}.bar{fill:#4c78a8}",
  ".mark{stroke:#e45756}.rtt{stroke:#54a24b;stroke-dasharray:4 3}.axis{stroke:#999}.back{fill:#fff}",
  "@media (prefers-color-scheme:dark){text{fill:#ddd}.small{fill:#999}.back{fill:#181a1f}.bar{fill:#6b9bd1}}",
].join("");

/** What a picture shows, in words. */
export function titleOf({ rps, durationMs }: Pick<ScheduleInput, "rps" | "durationMs">, url: string): string {
  return `${rps} requests/s for ${durationMs / 1_000} s to ${url}`;
}

/** @param title what was measured */
export function renderLoadSvg(loads: readonly CityLoad[], title: string): string {
  const height = TOP + loads.length * ROW + AXIS;
  const axis = axisOf(loads);
  const rows = loads.map((load, index) => row(load, TOP + index * ROW, axis));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img">`,
    `<title>${escaped(title)}</title><style>${STYLE}</style><rect class="back" width="${WIDTH}" height="${height}"/>`,
    `<text x="16" y="24">${escaped(title)}</text>`,
    `<text class="small" x="16" y="42">Latency in ms by city, from when a request was due; red: p50 and p99; green: the configured RTT</text>`,
    ...rows,
    ...ticks(axis, TOP + loads.length * ROW),
    "</svg>\n",
  ].join("\n");
}

interface Axis {
  readonly fromMs: number;
  readonly toMs: number;
  x(ms: number): number;
}

function axisOf(loads: readonly CityLoad[]): Axis {
  const times = loads.flatMap(({ latencyMs, configuredRttMs }) => [
    ...(latencyMs === null ? [] : [latencyMs.min, latencyMs.max]),
    ...(configuredRttMs === null ? [] : [configuredRttMs]),
  ]);
  const positive = times.filter((ms) => ms > 0);
  const fromMs = Math.min(100, ...positive) / 1.15;
  const toMs = Math.max(fromMs * 10, Math.max(1, ...positive) * 1.15);
  const scale = (WIDTH - LEFT - RIGHT) / Math.log(toMs / fromMs);
  return { fromMs, toMs, x: (ms) => LEFT + Math.log(Math.max(ms, fromMs) / fromMs) * scale };
}

function row(load: CityLoad, top: number, axis: Axis): string {
  const bottom = top + BARS_HEIGHT;
  const { from, latencyMs, configuredRttMs, ok, errors } = load;
  const name = `<text x="16" y="${top + 22}">${escaped(findRegion(from).city)}</text>`;
  const counts = `<text class="small" x="16" y="${top + 38}">${ok} ok, ${errors} errors</text>`;
  const line = `<line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${bottom}" y2="${bottom}"/>`;
  const marks =
    latencyMs === null
      ? []
      : MARKS.map(([of, label]) => mark("mark", axis.x(latencyMs[of]), top, `${label} ${latencyMs[of].toFixed(1)}`));
  const rtt = configuredRttMs === null || configuredRttMs === 0 ? [] : [mark("rtt", axis.x(configuredRttMs), top, "")];
  return [name, counts, ...bars(load, bottom, axis), line, ...rtt, ...marks].join("\n");
}

function bars({ histogram }: CityLoad, bottom: number, axis: Axis): string[] {
  const width = (WIDTH - LEFT - RIGHT) / BARS;
  const counts = Array.from({ length: BARS }, () => 0);
  for (const { fromMs, toMs, count } of histogram) {
    const bar = Math.floor((axis.x((fromMs + toMs) / 2) - LEFT) / width);
    const at = Math.min(BARS - 1, Math.max(0, bar));
    counts[at] = (counts[at] ?? 0) + count;
  }
  const most = Math.max(1, ...counts);
  return counts.flatMap((count, bar) => {
    if (count === 0) return [];
    // What is rare is what matters in a tail: it stays visible.
    const height = Math.max(1.5, (count / most) * BARS_HEIGHT);
    return [
      `<rect class="bar" x="${fixed(LEFT + bar * width)}" y="${fixed(bottom - height)}" width="${fixed(width - 0.6)}" height="${fixed(height)}"/>`,
    ];
  });
}

function mark(kind: string, x: number, top: number, label: string): string {
  const line = `<line class="${kind}" x1="${fixed(x)}" x2="${fixed(x)}" y1="${top - 2}" y2="${top + BARS_HEIGHT}"/>`;
  return label === ""
    ? line
    : `${line}<text class="small" x="${fixed(Math.min(x + 3, WIDTH - 60))}" y="${top + 8}">${label}</text>`;
}

/** Ticks at 1, 2 and 5 of each decade. */
function ticks({ fromMs, toMs, x }: Axis, top: number): string[] {
  const marks: string[] = [];
  for (let decade = 10 ** Math.floor(Math.log10(fromMs)); decade <= toMs; decade *= 10) {
    for (const ms of [decade, 2 * decade, 5 * decade]) {
      if (ms < fromMs || ms > toMs) continue;
      marks.push(
        `<line class="axis" x1="${fixed(x(ms))}" x2="${fixed(x(ms))}" y1="${top}" y2="${top + 6}"/>`,
        `<text class="small" x="${fixed(x(ms))}" y="${top + 20}" text-anchor="middle">${Number(ms.toPrecision(1))}</text>`,
      );
    }
  }
  return marks;
}

function fixed(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
