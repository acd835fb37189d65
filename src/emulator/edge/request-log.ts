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

/** Those that are there. */
export interface PresentNames {
  readonly apps: { has(name: string): boolean };
  readonly machines: { has(id: string): boolean };
}

export interface RequestLog {
  /** Only of apps that exist: other names come from clients, and there is no end to them. */
  add(record: RequestRecord): void;
  /** Oldest first. */
  of(app: string, limit: number): RequestRecord[];
  /** As the edges see requests (entry region), and as the machines that answered do (their own region). */
  series(): Iterable<RequestSeries>;
  /** Forgets apps that are not there any more, and what machines counted that are not: with each deploy there may be others. */
  keep(present: PresentNames): void;
}

type Written<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The place of the oldest record is filled anew: a thousand new ones at a time would outlive each collection of young
 * garbage, and make the heap for it so large that it no longer fits the processor's caches.
 */
function overwrite(place: Written<RequestRecord>, record: RequestRecord): void {
  // To put a young text into an old record costs more than to compare, and mostly the text is the same.
  if (place.app !== record.app) place.app = record.app;
  place.atMs = record.atMs;
  place.requestId = record.requestId;
  if (place.method !== record.method) place.method = record.method;
  if (place.host !== record.host) place.host = record.host;
  if (place.path !== record.path) place.path = record.path;
  place.status = record.status;
  if (place.edge !== record.edge) place.edge = record.edge;
  if (place.machine !== record.machine) place.machine = record.machine;
  if (place.region !== record.region) place.region = record.region;
  if (place.clientAddress !== record.clientAddress) place.clientAddress = record.clientAddress;
  place.headMs = record.headMs;
  place.totalMs = record.totalMs;
  place.attempts = record.attempts;
  place.replays = record.replays;
}

interface AppLog {
  /** A ring. */
  readonly records: Written<RequestRecord>[];
  next: number;
  /** By region and status. */
  readonly edges: Map<string, Map<number, RequestSeries>>;
  /** By machine and status. */
  readonly machines: Map<string, Map<number, RequestSeries>>;
}

export function createRequestLog(): RequestLog {
  const logs = new Map<string, AppLog>();

  const count = (
    byPlace: AppLog["edges"],
    { app, status, headMs }: RequestRecord,
    region: string,
    instance: string,
  ): void => {
    const place = instance === "" ? region : instance;
    let byStatus = byPlace.get(place);
    if (byStatus === undefined) byPlace.set(place, (byStatus = new Map<number, RequestSeries>()));
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
      let log = logs.get(record.app);
      if (log === undefined)
        logs.set(record.app, (log = { records: [], next: 0, edges: new Map(), machines: new Map() }));
      const oldest = log.records[log.next];
      if (oldest === undefined) log.records.push({ ...record });
      else overwrite(oldest, record);
      log.next = (log.next + 1) % KEPT_PER_APP;
      const { edge, machine, region } = record;
      count(log.edges, record, edge, "");
      if (machine !== "") count(log.machines, record, region, machine);
    },
    of(app, limit) {
      const log = logs.get(app);
      if (log === undefined || limit <= 0) return [];
      const { records, next } = log;
      return [...records.slice(next), ...records.slice(0, next)].slice(-limit).map((one) => ({ ...one }));
    },
    keep(present) {
      for (const [app, { machines }] of logs) {
        if (!present.apps.has(app)) logs.delete(app);
        for (const machine of machines.keys()) if (!present.machines.has(machine)) machines.delete(machine);
      }
    },
    *series() {
      for (const { edges, machines } of logs.values()) {
        for (const byPlace of [edges, machines]) for (const byStatus of byPlace.values()) yield* byStatus.values();
      }
    },
  };
}
