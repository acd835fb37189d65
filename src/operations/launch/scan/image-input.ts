import type { Packages } from "./packages.ts";
import type { Rule } from "./rules.ts";
import type { SourceTree } from "./source-tree.ts";

/** What the image of a project is planned from. */
export interface ImageInput {
  readonly tree: SourceTree;
  readonly packages: Packages;
  readonly rule: Rule;
  readonly port: number;
  /** Where a volume is mounted. */
  readonly volume?: string | undefined;
  /** The file that the rule was found by. */
  readonly because: string;
}

/** A command in the form that is started without a shell, so that signals reach it. */
export function execForm(words: readonly string[]): string {
  return `[${words.map((word) => JSON.stringify(word)).join(", ")}]`;
}

/** A command line in that form: split where it is plain, else given to a shell that it replaces. */
export function execFormOf(command: string, words: readonly string[] | undefined): string {
  return execForm(words ?? ["sh", "-c", `exec ${command}`]);
}

/** The ENV instruction of a rule; empty without variables. */
export function envLines({ rule, port }: ImageInput): string {
  const pairs = Object.entries(rule.env ?? {}).map(
    ([name, value]) => `${name}=${value.replace("{port}", String(port))}`,
  );
  return pairs.length === 0 ? "" : `ENV ${pairs.join(" ")}`;
}

/** Makes the folder of a volume the user's own; a new volume takes that over. */
export function volumeLine({ volume }: ImageInput, user: string): string {
  return volume === undefined ? "" : `RUN install -d -o ${user} -g ${user} ${volume}`;
}

/** A word of a project that goes into a Dockerfile as it is; the fallback where it has anything unusual. */
export function safeWord(word: string | undefined, fallback: string): string {
  return word !== undefined && /^[\w][\w./-]{0,199}$/u.test(word) && !word.includes("..") ? word : fallback;
}

/** The first `major.minor` of a text, at least as new as the oldest that images are kept for. */
export function minorVersion(text: string, fallback: string, oldest: number): string {
  if (text.includes(">")) return fallback;
  const [, major, minor] = /(\d{1,2})\.(\d{1,2})/u.exec(text.slice(0, 200)) ?? [];
  return minor === undefined || Number(minor) < oldest ? fallback : `${major}.${minor}`;
}
