// Pure: words of a command that is to be run in a machine, among those of our own command line.

/** What a flag's definition tells of its words. */
export interface FlagShape {
  readonly type: "boolean" | "option";
  readonly char?: string | undefined;
}

/** The flag that names the machine; without it, the first word does. */
const MACHINE = "machine";

/**
 * Puts `--` before the command that is to be run in a machine: from its first word on, nothing is ours. A line in quotes may be
 * followed by our flags, and a single word by those that take a value, written out: `env --app shop`.
 */
export function separateCommand(argv: readonly string[], flags: Readonly<Record<string, FlagShape>>): string[] {
  let isNamed = false;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") break;
    if (word.startsWith("-") && word !== "-") {
      const name = flagOf(word, flags);
      if (name === MACHINE) isNamed = true;
      if (name !== undefined && flags[name]?.type === "option" && isAlone(word)) at += 1;
    } else if (isNamed) {
      const isAllOfIt = /\s/.test(word) || areOurs(argv.slice(at + 1), flags);
      return isAllOfIt ? [...argv] : [...argv.slice(0, at), "--", ...argv.slice(at)];
    } else isNamed = true;
  }
  return [...argv];
}

/** The words that are no flags, in their order: oclif's own list has a word that is said twice where it is said first. */
export function plainWords(tokens: readonly { readonly type: string; readonly input: string }[]): string[] {
  return tokens.filter(({ type }) => type === "arg").map(({ input }) => input);
}

/** Whether they are flags of ours with values, and nothing else. */
function areOurs(words: readonly string[], flags: Readonly<Record<string, FlagShape>>): boolean {
  let at = 0;
  while (at < words.length) {
    const word = words[at] ?? "";
    const name = word.startsWith("--") ? flagOf(word, flags) : undefined;
    if (name === undefined || flags[name]?.type !== "option") return false;
    at += isAlone(word) ? 2 : 1;
  }
  return at > 0 && at === words.length;
}

function flagOf(word: string, flags: Readonly<Record<string, FlagShape>>): string | undefined {
  if (word.startsWith("--")) return word.slice(2).split("=", 1)[0];
  return Object.keys(flags).find((name) => flags[name]?.char === word[1]);
}

/** The flag's value, if it has one, is the next word. */
function isAlone(word: string): boolean {
  return word.startsWith("--") ? !word.includes("=") : word.length === 2;
}
