// A load as text.
import { findRegion } from "../../emulator/index.ts";
import type { Summary } from "../../operations/load/histogram.ts";
import type { CityLoad } from "../../operations/load/tally.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** Above this, the sender and not the planet is what was measured. */
const LATE_MS = 10;

/** The table of `load`, with lines that say how it was measured and what went wrong. */
export function renderLoad(loads: readonly CityLoad[], options: TableOptions): string {
  const latency = (of: keyof Summary) => (load: CityLoad) => formatMs(load.latencyMs?.[of]);
  const table = renderTable(
    [
      { header: "FROM", value: ({ from }: CityLoad) => findRegion(from).city },
      { header: "SENT", value: ({ sent }) => String(sent), align: "right" },
      { header: "OK", value: ({ ok }) => String(ok), align: "right" },
      { header: "ERRORS", value: ({ errors }) => String(errors), align: "right" },
      { header: "P50", value: latency("p50"), align: "right" },
      { header: "P90", value: latency("p90"), align: "right" },
      { header: "P99", value: latency("p99"), align: "right" },
      { header: "MAX", value: latency("max"), align: "right" },
      { header: "RTT", value: ({ configuredRttMs }) => formatMs(configuredRttMs ?? undefined), align: "right" },
      { header: "SERVED BY", value: ({ regions }) => shares(regions) },
    ],
    loads,
    options,
  );
  const footer =
    "Times in ms from when a request was due to the last byte of its answer. RTT is the configured one to the region that served most.";
  return [table, [footer, ...loads.flatMap(troubles), ...lateness(loads)].join("\n")].join("\n\n");
}

/** The regions that served, most first, each with its share where there is more than one. */
function shares(regions: Readonly<Record<string, number>>): string {
  const sorted = Object.entries(regions).toSorted(([, a], [, b]) => b - a);
  const total = sorted.reduce((sum, [, count]) => sum + count, 0);
  if (sorted.length < 2) return sorted[0]?.[0] ?? "-";
  return sorted.map(([region, count]) => `${region} ${Math.round((count / total) * 100)} %`).join(", ");
}

function troubles({ from, statuses, failures }: CityLoad): string[] {
  const bad = Object.entries(statuses).filter(([status]) => Number(status) >= 400);
  const parts = [
    ...bad.map(([status, count]) => `${count} × status ${status}`),
    ...Object.entries(failures).map(([code, count]) => `${count} × no answer (${code})`),
  ];
  return parts.length === 0 ? [] : [`${findRegion(from).city}: ${parts.join(", ")}`];
}

function lateness(loads: readonly CityLoad[]): string[] {
  const worst = Math.max(0, ...loads.map(({ lateMs }) => lateMs?.p99 ?? 0));
  if (worst < LATE_MS) return [];
  return [
    `This machine was too busy to send in time (p99 ${formatMs(worst)} ms late, which the times contain): a lower --rps measures better.`,
  ];
}

function formatMs(value: number | undefined): string {
  return value === undefined ? "-" : value.toFixed(1);
}
