// Pure: which known word a mistyped one probably is.

/** The known words that are close to the typed one, closest first, at most three. */
export function closestWords(typed: string, known: readonly string[]): string[] {
  const most = Math.max(1, Math.floor(typed.length / 3));
  return known
    .map((word) => ({ word, slips: word.startsWith(typed) && typed.length >= 2 ? 0 : slipsBetween(typed, word) }))
    .filter(({ slips }) => slips <= most)
    .toSorted((a, b) => a.slips - b.slips)
    .slice(0, 3)
    .map(({ word }) => word);
}

/** Edits of one character that turn one word into the other; two swapped neighbours count once. */
export function slipsBetween(a: string, b: string): number {
  const at = (row: readonly number[] | undefined, column: number): number => row?.[column] ?? Infinity;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = at(rows[i - 1], j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? at(rows[i - 2], j - 2) + 1 : Infinity;
      row.push(Math.min(at(rows[i - 1], j) + 1, at(row, j - 1) + 1, changed, swapped));
    }
    rows.push(row);
  }
  return at(rows[a.length], b.length);
}
