// What a bench file exports, and the way to compare: runs of both sides in turn within the same minute, and medians, so
// that a busy machine slows both. The ratio is the result; the figures are only where it comes from.

export interface BenchRow {
  readonly name: string;
  /** Median of our side, in the unit. */
  readonly ours: number;
  /** Median of the other side. */
  readonly theirs: number;
  /** What the other side is. */
  readonly against: string;
  /** Median over the rounds of ours / theirs. */
  readonly ratio: number;
  readonly unit: string;
  /** Measured runs of each side. */
  readonly runs: number;
}

/** The default shape of a `*.bench.ts` file: `export const bench: Bench = { … }`. */
export interface Bench {
  /** For `--only`. */
  readonly name: string;
  run(): Promise<BenchRow[]>;
}

export interface Contender {
  readonly name: string;
  /** One run; answers its result in the unit. */
  readonly measure: () => Promise<number>;
}

export interface Comparison {
  readonly baseline: Contender;
  readonly ours: readonly Contender[];
  readonly runs: number;
  /** Runs of each side that are not counted. */
  readonly warmups?: number;
  readonly unit?: string;
}

/** Measures all contenders in turn, round after round, and sets each against the baseline. */
export async function compareInterleaved({
  baseline,
  ours,
  runs,
  warmups = 2,
  unit = "ms",
}: Comparison): Promise<BenchRow[]> {
  const contenders = [baseline, ...ours];
  const results = contenders.map((): number[] => []);
  for (let round = -warmups; round < runs; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const result = await contender.measure();
      if (round >= 0) results[index]?.push(result);
    }
  }
  const [theirs = [], ...all] = results;
  return ours.map((contender, index) => {
    const own = all[index] ?? [];
    return {
      name: contender.name,
      ours: round2(median(own)),
      theirs: round2(median(theirs)),
      against: baseline.name,
      // of each round by itself: what slows the machine down for a while slows both sides of a round
      ratio: round2(median(own.map((result, round) => result / (theirs[round] ?? Number.NaN)))),
      unit,
      runs,
    };
  });
}

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
