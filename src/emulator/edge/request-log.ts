// What clients' requests came to: the last ones of each app for its access log, and counters for its metrics. Counting
// costs a few additions per request; text is made only when somebody asks.

/** One request that is over. */
export interface RequestRecord {
  readonly app: string;
  readonly atMs: number;
  readonly requestId: string;
  readonly method: string;
  readonly host: string;
  readonly path: string;
  readonly status: number;
  /** The entry region. */
  readonly edge: string;
  /** The machine that answered; "" where the edge did. */
  readonly machine: string;
  readonly region: string;
  readonly clientAddress: string;
  /** From the request's head to the response's, and to its end. */
  readonly headMs: number;
  readonly totalMs: number;
  readonly attempts: number;
  readonly replays: number;
}

/** Records that are kept for each app. */
const KEPT_PER_APP = 1_000;
/** Upper bounds in seconds of the response time histogram. */
export const BUCKETS_S: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface Histogram {
  /** One count for each bound, and one for what is above the last. Not cumulative. */
  readonly counts: Uint32Array;
  sumS: number;
}

/** The counters of one app, region, machine and status. */
export interface RequestSeries {
  readonly app: string;
  readonly region: string;
  /** "" for what the edge of the region counts, whichever machine answered. */
  readonly instance: string;
  readonly status: number;
  readonly responseTime: Histogram;
}

export interface RequestLog {
  /** Only of apps that exist: other names come from clients, and there is no end to them. */
  add(record: RequestRecord): void;
  /** Oldest first. */
  of(app: string, limit: number): RequestRecord[];
  /** As the edges see requests (entry region), and as the machines that answered do (their own region). */
  series(): Iterable<RequestSeries>;
}

interface Ring {
  readonly records: (RequestRecord | undefined)[];
  next: number;
}

export function createRequestLog(): RequestLog {
  const rings = new Map<string, Ring>();
  const series = new Map<string, Map<number, RequestSeries>>();

  const count = (app: string, region: string, instance: string, status: number, headMs: number): void => {
    const key = instance === "" ? `${app} ${region}` : instance;
    let byStatus = series.get(key);
    if (byStatus === undefined) series.set(key, (byStatus = new Map<number, RequestSeries>()));
    let found = byStatus.get(status);
    if (found === undefined) {
      const responseTime = { counts: new Uint32Array(BUCKETS_S.length + 1), sumS: 0 };
      byStatus.set(status, (found = { app, region, instance, status, responseTime }));
    }
    const { responseTime } = found;
    const seconds = headMs / 1_000;
    let bucket = 0;
    while (bucket < BUCKETS_S.length && seconds > BUCKETS_S[bucket]!) bucket += 1;
    responseTime.counts[bucket]! += 1;
    responseTime.sumS += seconds;
  };

  return {
    add(record) {
      let ring = rings.get(record.app);
      if (ring === undefined) rings.set(record.app, (ring = { records: [], next: 0 }));
      ring.records[ring.next] = record;
      ring.next = (ring.next + 1) % KEPT_PER_APP;
      const { app, edge, machine, region, status, headMs } = record;
      count(app, edge, "", status, headMs);
      if (machine !== "") count(app, region, machine, status, headMs);
    },
    of(app, limit) {
      const ring = rings.get(app);
      if (ring === undefined || limit <= 0) return [];
      const { records, next } = ring;
      return [...records.slice(next), ...records.slice(0, next)].filter((one) => one !== undefined).slice(-limit);
    },
    *series() {
      for (const byStatus of series.values()) yield* byStatus.values();
    },
  };
}
