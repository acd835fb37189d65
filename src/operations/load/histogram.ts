// Pure: counts of times in buckets that grow with the time, so that memory is bounded and the relative error too.

/** Times below this many microseconds have a bucket each; above, an octave has half as many: at most 0.8 % wide. */
const EXACT_BELOW_US = 256;
const EXACT_BITS = 8;
const PER_OCTAVE = EXACT_BELOW_US / 2;
/** About 35 minutes: longer than anything is waited for. */
const MAX_US = 2 ** 31 - 1;
const OCTAVES = 31 - EXACT_BITS;

/** How many times lay in [fromMs, toMs). */
export interface Bucket {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

export interface Summary {
  readonly min: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export class Histogram {
  count = 0;
  readonly #counts = new Uint32Array(EXACT_BELOW_US + OCTAVES * PER_OCTAVE);
  #sumUs = 0;
  #minUs = MAX_US;
  #maxUs = 0;

  record(ms: number): void {
    const us = Math.min(MAX_US, Math.max(0, Math.round(ms * 1_000)));
    const index = indexOf(us);
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.count += 1;
    this.#sumUs += us;
    this.#minUs = Math.min(this.#minUs, us);
    this.#maxUs = Math.max(this.#maxUs, us);
  }

  /** The time that this share of all times does not exceed, in milliseconds; 0 of no times. @param share 0 to 1 */
  quantileMs(share: number): number {
    const wanted = Math.max(1, Math.ceil(share * this.count));
    let seen = 0;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      // The last time of a bucket, as far as times can be told apart: never better than what was measured.
      if (seen >= wanted) return Math.min(lowestUs(index + 1) - 1, this.#maxUs) / 1_000;
    }
    return 0;
  }

  /** In milliseconds; undefined of no times. */
  summary(): Summary | undefined {
    if (this.count === 0) return undefined;
    return {
      min: this.#minUs / 1_000,
      mean: Math.round(this.#sumUs / this.count) / 1_000,
      p50: this.quantileMs(0.5),
      p90: this.quantileMs(0.9),
      p99: this.quantileMs(0.99),
      max: this.#maxUs / 1_000,
    };
  }

  /** The buckets that are not empty, in order. */
  buckets(): Bucket[] {
    return [...this.#counts.entries()]
      .filter(([, count]) => count > 0)
      .map(([index, count]) => ({ fromMs: lowestUs(index) / 1_000, toMs: lowestUs(index + 1) / 1_000, count }));
  }
}

function indexOf(us: number): number {
  if (us < EXACT_BELOW_US) return us;
  const octave = 31 - Math.clz32(us);
  return (octave - EXACT_BITS + 1) * PER_OCTAVE + (us >>> (octave - EXACT_BITS + 1));
}

/** The smallest time of a bucket, in microseconds. */
function lowestUs(index: number): number {
  if (index < EXACT_BELOW_US) return index;
  const octave = Math.floor(index / PER_OCTAVE) - 1;
  return (PER_OCTAVE + (index % PER_OCTAVE)) * 2 ** octave;
}
