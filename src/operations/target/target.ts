// Where commands act: a planet on this machine, or Fly.io. Said by a flag, by the environment, or once for all.
import path from "node:path";
import { AppError } from "../../errors/app-error.ts";

export const TARGETS = ["local", "fly"] as const;
export type TargetName = (typeof TARGETS)[number];

export interface Target {
  readonly name: TargetName;
  /** What said so. */
  readonly source: "--target" | "HANGAR_TARGET" | "hangar target use" | "default";
}

export interface TargetSources {
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `target use` wrote, if anything. */
  readonly stored: string | undefined;
}

/**
 * The target in force: a flag before the environment before what was chosen once; a planet where nobody said anything.
 * @throws USAGE a name that is no target
 */
export function chooseTarget({ flag, env, stored }: TargetSources): Target {
  const candidates = [
    { name: flag, source: "--target" },
    { name: env["HANGAR_TARGET"], source: "HANGAR_TARGET" },
    { name: stored, source: "hangar target use" },
  ] as const;
  for (const { name, source } of candidates) {
    if (name !== undefined && name !== "") return { name: requireTarget(name, source), source };
  }
  return { name: "local", source: "default" };
}

/** The target of that name. @throws USAGE */
export function requireTarget(name: string, source: string): TargetName {
  const found = TARGETS.find((target) => target === name);
  if (found !== undefined) return found;
  throw new AppError("USAGE", `There is no target "${name.slice(0, 80)}" (${source})`, {
    suggestions: TARGETS.map((target) => `hangar target use ${target}`),
  });
}

export interface TargetFiles {
  readTextIfExists(file: string): Promise<string | undefined>;
  writeAtomic(file: string, content: string): Promise<void>;
  ensureDir(folder: string): Promise<void>;
}

/** What `target use` remembers, in the state folder. */
export function openTargetFile(stateDir: string, files: TargetFiles) {
  const file = path.join(stateDir, "target");
  return {
    read: async (): Promise<string | undefined> => (await files.readTextIfExists(file))?.trim(),
    write: async (name: TargetName): Promise<void> => {
      await files.ensureDir(stateDir);
      await files.writeAtomic(file, `${name}\n`);
    },
  };
}
