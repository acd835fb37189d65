// Pure: the edge's counters in Prometheus' text format, under the platform's own names (statement MT-03).
import type { LoadTracker } from "./load.ts";
import { BUCKETS_S, type RequestSeries } from "./request-log.ts";
import type { WorldIndex } from "./world-index.ts";

/** The page that a scraper reads. */
export function renderMetrics(
  series: Iterable<RequestSeries>,
  world: WorldIndex | undefined,
  load: LoadTracker,
): string {
  const counts: Record<"edge" | "app", string[]> = { edge: [], app: [] };
  const times: Record<"edge" | "app", string[]> = { edge: [], app: [] };
  for (const one of series) {
    const side = one.instance === "" ? "edge" : "app";
    const total = one.responseTime.counts.reduce((sum, count) => sum + count, 0);
    counts[side].push(`fly_${side}_http_responses_count${labels(one)} ${total}`);
    times[side].push(...histogram(`fly_${side}_http_response_time_seconds`, one, total));
  }
  const concurrency: string[] = [];
  for (const { id, app, region, started } of world?.machines.values() ?? []) {
    if (started) concurrency.push(`fly_app_concurrency${render({ app, region, instance: id })} ${load.ofMachine(id)}`);
  }
  return [
    ...family("fly_edge_http_responses_count", "counter", counts.edge),
    ...family("fly_edge_http_response_time_seconds", "histogram", times.edge),
    ...family("fly_app_http_responses_count", "counter", counts.app),
    ...family("fly_app_http_response_time_seconds", "histogram", times.app),
    ...family("fly_app_concurrency", "gauge", concurrency),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

/** A family without samples is left out, as on the platform (MT-05). */
function family(name: string, type: string, samples: readonly string[]): string[] {
  return samples.length === 0 ? [] : [`# TYPE ${name} ${type}`, ...samples];
}

function histogram(name: string, one: RequestSeries, total: number): string[] {
  const { counts, sumS } = one.responseTime;
  let below = 0;
  const buckets = BUCKETS_S.map((bound, index) => {
    below += counts[index]!;
    return `${name}_bucket${labels(one, String(bound))} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket${labels(one, "+Inf")} ${total}`,
    `${name}_sum${labels(one)} ${sumS}`,
    `${name}_count${labels(one)} ${total}`,
  ];
}

function labels({ app, region, instance, status }: RequestSeries, le?: string): string {
  return render({
    app,
    region,
    ...(instance === "" ? {} : { instance }),
    status: String(status),
    ...(le === undefined ? {} : { le }),
  });
}

function render(values: Readonly<Record<string, string>>): string {
  const parts = Object.entries(values).map(([name, value]) => `${name}="${value.replaceAll(/["\\\n]/g, "_")}"`);
  return `{${parts.join(",")}}`;
}
