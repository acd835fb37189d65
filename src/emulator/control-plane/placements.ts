// Pure: which regions a number of machines would go to.

export interface PlacementInput {
  /** Region codes, continents, "any"; empty: the home region. */
  readonly words: readonly string[];
  readonly count: number;
  readonly home: string;
  /** A region's share against the others'; 1 where it has none. */
  readonly weights: Readonly<Record<string, number>>;
  readonly regions: readonly {
    readonly code: string;
    readonly continent: string;
    /** Machines that there is room for. */
    readonly free: number;
    readonly rttMs: number;
  }[];
}

export type Placements =
  | {
      readonly kind: "placed";
      readonly regions: { readonly region: string; readonly count: number; readonly concurrency: number }[];
    }
  | { readonly kind: "unknown"; readonly word: string }
  | { readonly kind: "full"; readonly missing: number };

const ALIASES: Readonly<Record<string, string>> = {
  eu: "europe",
  na: "north_america",
  us: "north_america",
  sa: "south_america",
  apac: "asia_pacific",
};

/** Spreads the machines evenly, or by weight, over the regions named, nearest to home first. */
export function planPlacements({ words, count, home, weights, regions }: PlacementInput): Placements {
  const matching = (word: string): PlacementInput["regions"] =>
    regions.filter(({ code, continent }) => word === "any" || code === word || continent === (ALIASES[word] ?? word));
  const wanted = words.length === 0 ? [home] : words;
  const unknown = wanted.find((word) => matching(word).length === 0);
  if (unknown !== undefined) return { kind: "unknown", word: unknown };
  const candidates = [...new Set(wanted.flatMap(matching))].toSorted((a, b) => a.rttMs - b.rttMs);
  const counts = new Map<string, number>();
  for (let placed = 0; placed < count; placed += 1) {
    const open = candidates.filter(({ code, free }) => (counts.get(code) ?? 0) < free && (weights[code] ?? 1) > 0);
    const load = (code: string): number => ((counts.get(code) ?? 0) + 1) / (weights[code] ?? 1);
    const [first] = open.toSorted((a, b) => load(a.code) - load(b.code) || a.rttMs - b.rttMs);
    if (first === undefined) return { kind: "full", missing: count - placed };
    counts.set(first.code, (counts.get(first.code) ?? 0) + 1);
  }
  const used = candidates.filter(({ code }) => counts.has(code));
  return {
    kind: "placed",
    regions: used.map(({ code, free }) => ({ region: code, count: counts.get(code) ?? 0, concurrency: free })),
  };
}
