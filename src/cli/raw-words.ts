// Pure: commands that run other commands. What follows the first word of those is theirs, and not ours to read.

/** A flag of one of our commands, as the list of commands has it. */
export interface KnownFlag {
  readonly name: string;
  readonly char?: string;
  readonly aliases?: readonly string[];
  /** `option` takes a value. */
  readonly type?: string;
}

/** How many words before the command to be run are ours. */
export interface OwnWords {
  readonly count: number;
  /** A flag that takes the place of one of them. */
  readonly orFlag?: string;
}

/**
 * Puts `--` before the first word of a command that is to be run, so that nothing after it is read as a flag of ours.
 * Twice is as good as once.
 */
export function guardWords(argv: readonly string[], flags: readonly KnownFlag[], own: OwnWords): string[] {
  let left = own.count;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") return [...argv];
    if (word.startsWith("-") && word !== "-") {
      const flag = flagOf(word, flags);
      if (flag === undefined) continue;
      if (flag.name === own.orFlag) left -= 1;
      const hasValue = word.startsWith("--") ? word.includes("=") : word.length > 2;
      if (flag.type === "option" && !hasValue) at += 1;
    } else if (left <= 0) return [...argv.slice(0, at), "--", ...argv.slice(at)];
    else left -= 1;
  }
  return [...argv];
}

function flagOf(word: string, flags: readonly KnownFlag[]): KnownFlag | undefined {
  if (!word.startsWith("--")) return flags.find(({ char }) => char === word[1]);
  const name = word.slice(2).split("=", 1)[0] ?? "";
  return flags.find((flag) => flag.name === name || flag.aliases?.includes(name) === true);
}
