// Pure: percentiles of measured values.

/**
 * The value that at least the share of all values is not above (nearest rank): always one that was measured.
 * @param share from 0 to 1
 * @returns undefined without values
 */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
