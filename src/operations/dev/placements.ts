// Pure: where the files of a build's context are in the image, so that a changed one can be put there without a build.
import path from "node:path/posix";
import { type Instruction, parseDockerfile } from "../../project/dockerfile.ts";
import { globPattern } from "../../project/dockerignore.ts";

/** What a file of the context is to the image. */
export type Placement =
  /** No instruction takes it. */
  | { readonly kind: "outside" }
  /** It is there as it is, at these absolute paths, and nothing was made from it. */
  | { readonly kind: "copied"; readonly paths: readonly string[] }
  /** Something was made from it, or nobody can tell: a change needs a build. */
  | { readonly kind: "built" };

interface Copy {
  readonly stage: number;
  readonly sources: readonly string[];
  /** Absolute; undefined where the Dockerfile alone does not say. */
  readonly target: string | undefined;
  /** Whether what is copied goes below the target. */
  readonly intoFolder: boolean;
  /** Whether the files arrive as they are, with nothing run after them. */
  plain: boolean;
}

interface Stage {
  readonly name: string | undefined;
  readonly folder: string | undefined;
}

/** Flags that change neither where files go nor what is in them. */
const HARMLESS = /^--(?:link|chown)(?:=|$)/u;
const ARCHIVE = /\.(?:tar|tgz|tbz2?|txz|tar\.\w+)$/iu;

/**
 * Reads a Dockerfile.
 * @param wanted name of the stage that is built; absent: the last one
 */
export function readPlacements(text: string, wanted?: string): (file: string) => Placement {
  const stages: Stage[] = [];
  const copies: Copy[] = [];
  const folders = new Set<string>();
  let opaque = false;
  let folder: string | undefined;
  for (const instruction of parseDockerfile(text)) {
    const { keyword, flags, rest } = instruction;
    if (keyword === "FROM") {
      const [, base = "", name] = /^(\S+)(?:\s+AS\s+(\S+))?/iu.exec(rest) ?? [];
      folder = stages.find((stage) => stage.name === base.toLowerCase())?.folder;
      stages.push({ name: name?.toLowerCase(), folder });
    } else if (keyword === "WORKDIR") {
      folder = resolveFolder(folder, rest);
      if (folder !== undefined) folders.add(folder);
      stages.splice(-1, 1, { name: stages.at(-1)?.name, folder });
    } else if (keyword === "RUN") {
      opaque ||= flags.some((flag) => /^--mount=.*type=bind/u.test(flag) && !flag.includes("from="));
      for (const copy of copies) if (copy.stage === stages.length - 1) copy.plain = false;
    } else if ((keyword === "COPY" || keyword === "ADD") && !flags.some((flag) => flag.startsWith("--from="))) {
      const copy = copyOf(instruction, stages.length - 1, folder, folders);
      if (copy === undefined) opaque = true;
      else copies.push(copy);
    }
  }
  const named = stages.findIndex(({ name }) => name === wanted?.toLowerCase());
  const last = wanted === undefined ? stages.length - 1 : named;
  return (file) => {
    if (opaque) return { kind: "built" };
    const fitting = copies.flatMap((copy) => {
      const at = placeOf(file, copy);
      return at === undefined ? [] : [{ copy, at }];
    });
    if (fitting.length === 0) return { kind: "outside" };
    const plain = fitting.every(({ copy }) => copy.plain && copy.target !== undefined && copy.stage === last);
    return plain ? { kind: "copied", paths: [...new Set(fitting.map(({ at }) => at))] } : { kind: "built" };
  };
}

function resolveFolder(from: string | undefined, word: string): string | undefined {
  const clean = word.trim().replace(/^"(.*)"$/u, "$1");
  if (clean.includes("$")) return undefined;
  if (path.isAbsolute(clean)) return path.resolve(clean);
  return from === undefined ? undefined : path.resolve(from, clean);
}

/** Undefined where it cannot be told what is copied. */
function copyOf(
  { keyword, flags, rest, heredoc }: Instruction,
  stage: number,
  folder: string | undefined,
  folders: ReadonlySet<string>,
): Copy | undefined {
  const words = wordsOf(rest);
  const target = words?.at(-1);
  if (words === undefined || target === undefined || words.length < 2 || heredoc || rest.includes("$"))
    return undefined;
  const sources = words.slice(0, -1).map((word) => path.normalize(word).replace(/^\/+|\/+$/gu, "") || ".");
  const at = resolveFolder(folder, target);
  const intoFolder = /(?:^|\/)\.{0,2}$/u.test(target) || sources.length > 1 || (at !== undefined && folders.has(at));
  const unpacks = keyword === "ADD" && sources.some((source) => ARCHIVE.test(source));
  return { stage, sources, target: at, intoFolder, plain: !unpacks && flags.every((flag) => HARMLESS.test(flag)) };
}

/** The words of a COPY, also in its JSON form. */
function wordsOf(rest: string): string[] | undefined {
  if (!rest.startsWith("[")) return rest.split(/\s+/u).filter((word) => word !== "");
  try {
    const words: unknown = JSON.parse(rest);
    return Array.isArray(words) && words.every((word) => typeof word === "string") ? words : undefined;
  } catch {
    return undefined;
  }
}

/** Where a copy puts a file; undefined where it does not take it, "" where it takes it to nobody knows where. */
function placeOf(file: string, { sources, target, intoFolder }: Copy): string | undefined {
  for (const source of sources) {
    const parts = file.split("/");
    for (let count = parts.length; count >= 0; count -= 1) {
      const head = parts.slice(0, count).join("/") || ".";
      if (head !== source && !globPattern(source).test(head)) continue;
      if (target === undefined) return "";
      // a folder gives what is in it, a file itself
      if (count < parts.length) return path.join(target, ...parts.slice(count));
      return intoFolder ? path.join(target, parts.at(-1) ?? "") : target;
    }
  }
  return undefined;
}
