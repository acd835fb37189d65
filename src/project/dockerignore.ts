// Pure: what a .dockerignore leaves out of a build, by Docker's rules.

export interface IgnoreRules {
  /** Whether a file or folder is left out. @param path relative to the context, with `/` */
  ignores(path: string): boolean;
  /** Whether nothing below a folder can be part of the context. */
  ignoresAllIn(folder: string): boolean;
}

interface Rule {
  readonly pattern: RegExp;
  readonly exception: boolean;
}

/** Reads the text of the file; later lines win, `!` takes back. */
export function parseDockerignore(text: string): IgnoreRules {
  const rules = text.split(/\r?\n/u).flatMap((line): Rule[] => {
    const word = line.trim();
    if (word === "" || line.startsWith("#")) return [];
    const exception = word.startsWith("!");
    const pattern = cleanPath(exception ? word.slice(1).trim() : word);
    return pattern === "" ? [] : [{ pattern: globPattern(pattern), exception }];
  });
  const hasExceptions = rules.some(({ exception }) => exception);
  const ignores = (path: string): boolean => {
    let ignored = false;
    for (const { pattern, exception } of rules)
      if (ignored === exception && selfAndParents(path).some((part) => pattern.test(part))) ignored = !exception;
    return ignored;
  };
  return { ignores, ignoresAllIn: (folder) => !hasExceptions && ignores(folder) };
}

function cleanPath(word: string): string {
  const parts: string[] = [];
  for (const part of word.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts.join("/");
}

function selfAndParents(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** A pattern of Go's filepath.Match, with `**` for any number of folders. */
export function globPattern(glob: string): RegExp {
  let source = "";
  for (let at = 0; at < glob.length; at += 1) {
    const char = glob[at] ?? "";
    if (glob.startsWith("**/", at)) {
      source += "(?:.*/)?";
      at += 2;
    } else if (glob.startsWith("**", at)) {
      source += ".*";
      at += 1;
    } else if (char === "*") source += "[^/]*";
    else if (char === "?") source += "[^/]";
    else if (char === "[" && glob.indexOf("]", at + 2) !== -1) {
      const end = glob.indexOf("]", at + 2);
      source += `[${glob.slice(at + 1, end).replaceAll("\\", "\\\\")}]`;
      at = end;
    } else if (char === "\\" && at + 1 < glob.length) {
      at += 1;
      source += escape(glob[at] ?? "");
    } else source += escape(char);
  }
  return new RegExp(`^${source}$`, "u");
}

function escape(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/u.test(char) ? `\\${char}` : char;
}
