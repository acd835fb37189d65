// Pure: what came of one city's requests.
import { isRegionCode, type RegionCode, rttMs } from "../../emulator/index.ts";
import type { ErrorCode } from "../../errors/catalogue.ts";
import { type Bucket, Histogram, type Summary } from "./histogram.ts";

/** The load as one city saw it; the shape of `load --json`. */
export interface CityLoad {
  readonly from: RegionCode;
  readonly sent: number;
  /** Answered with a status below 400. */
  readonly ok: number;
  readonly errors: number;
  /** Answers by their status. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests without an answer, by the code of their error. */
  readonly failures: Readonly<Record<string, number>>;
  /** Answers by the region that served; without those that the edge gave itself. */
  readonly regions: Readonly<Record<string, number>>;
  /**
   * From when a request was due to the last byte of its answer, whatever its status. A request that was not answered in
   * time counts with the time that it waited; one that was refused or broken off does not count.
   */
  readonly latencyMs: Summary | null;
  /** By how much requests were sent later than they were due: how well the sender itself kept up. Part of the latency. */
  readonly lateMs: Summary | null;
  /** Between the city and the region that served most, by the shipped matrix. */
  readonly configuredRttMs: number | null;
  readonly histogram: readonly Bucket[];
}

export class Tally {
  readonly #from: RegionCode;
  readonly #latency = new Histogram();
  readonly #late = new Histogram();
  readonly #statuses = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #regions = new Map<string, number>();
  sent = 0;
  ok = 0;
  done = 0;

  constructor(from: RegionCode) {
    this.#from = from;
  }

  sending(lateMs: number): void {
    this.sent += 1;
    this.#late.record(lateMs);
  }

  answered(status: number, region: string | null, latencyMs: number): void {
    this.done += 1;
    if (status < 400) this.ok += 1;
    increment(this.#statuses, String(status));
    if (region !== null) increment(this.#regions, region);
    this.#latency.record(latencyMs);
  }

  failed(code: ErrorCode, latencyMs: number): void {
    this.done += 1;
    increment(this.#failures, code);
    // Leaving the slowest out is what makes a load look better than it was.
    if (code === "DEADLINE") this.#latency.record(latencyMs);
  }

  result(): CityLoad {
    const [served] = [...this.#regions].toSorted(([, a], [, b]) => b - a)[0] ?? [];
    return {
      from: this.#from,
      sent: this.sent,
      ok: this.ok,
      errors: this.sent - this.ok,
      statuses: Object.fromEntries(this.#statuses),
      failures: Object.fromEntries(this.#failures),
      regions: Object.fromEntries(this.#regions),
      latencyMs: this.#latency.summary() ?? null,
      lateMs: this.#late.summary() ?? null,
      configuredRttMs: served !== undefined && isRegionCode(served) ? rttMs(this.#from, served) : null,
      histogram: this.#latency.buckets(),
    };
  }
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
