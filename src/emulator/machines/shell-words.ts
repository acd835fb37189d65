// Pure: a command line as words, as a POSIX shell splits it. Nothing is expanded.

/** The words, or undefined where a quote is not closed. */
export function shellWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: "'" | '"' | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const char = line.charAt(at);
    if (quote === undefined && /\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === quote) {
      quote = undefined;
    } else if (quote === undefined && (char === "'" || char === '"')) {
      quote = char;
      word ??= "";
    } else if (char === "\\" && quote !== "'" && at + 1 < line.length) {
      at += 1;
      const next = line.charAt(at);
      word = (word ?? "") + (quote === '"' && !['"', "\\", "$", "`"].includes(next) ? `\\${next}` : next);
    } else {
      word = (word ?? "") + char;
    }
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? words : [...words, word];
}
