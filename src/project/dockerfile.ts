// Pure: the instructions of a Dockerfile, as far as it takes to know where its files go. Words are not expanded.

export interface Instruction {
  /** In capitals. */
  readonly keyword: string;
  /** Such as `--from=build`. */
  readonly flags: readonly string[];
  /** What follows keyword and flags, on one line. */
  readonly rest: string;
  /** Whether texts of its own follow it (<<EOF). */
  readonly heredoc: boolean;
}

const HEREDOC = /<<-?\s*["']?([A-Za-z_]\w*)["']?/gu;

/** Reads the instructions in their order. */
export function parseDockerfile(text: string): Instruction[] {
  const lines = text.split(/\r?\n/u);
  const escape = /^#\s*escape\s*=\s*`/iu.test(lines[0] ?? "") ? "`" : "\\";
  const found: Instruction[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    let line = lines[at] ?? "";
    if (isComment(line)) continue;
    while (line.trimEnd().endsWith(escape) && at + 1 < lines.length) {
      at += 1;
      const next = lines[at] ?? "";
      if (!isComment(next)) line = `${line.trimEnd().slice(0, -1)} ${next}`;
    }
    const terminators = [...line.matchAll(HEREDOC)].map(([, word]) => word);
    for (const terminator of terminators) while (at + 1 < lines.length && lines[(at += 1)]?.trim() !== terminator);
    const instruction = readInstruction(line, terminators.length > 0);
    if (instruction !== undefined) found.push(instruction);
  }
  return found;
}

function isComment(line: string): boolean {
  return /^\s*(?:#|$)/u.test(line);
}

function readInstruction(line: string, heredoc: boolean): Instruction | undefined {
  const [, keyword, after = ""] = /^\s*([A-Za-z]+)(?:\s+(.*))?$/u.exec(line) ?? [];
  if (keyword === undefined) return undefined;
  const flags: string[] = [];
  let rest = after.trim();
  for (let flag = /^--\S+/u.exec(rest)?.[0]; flag !== undefined; flag = /^--\S+/u.exec(rest)?.[0]) {
    flags.push(flag);
    rest = rest.slice(flag.length).trim();
  }
  return { keyword: keyword.toUpperCase(), flags, rest, heredoc };
}
