// What git says of a folder. A folder that is in no repository, or a machine without git, has nothing to say.
import { asAppError } from "../errors/app-error.ts";
import { exec } from "./exec.ts";

export interface GitState {
  readonly commit: string;
  readonly branch?: string;
  readonly dirty: boolean;
}

const TIMEOUT_MS = 3_000;

/** The commit that the folder is at, its branch, and whether there are changes that are in no commit. */
export async function gitState(dir: string, run: typeof exec = exec): Promise<GitState | undefined> {
  const ask = async (...args: string[]): Promise<string | undefined> => {
    try {
      const { exitCode, stdout } = await run("git", ["-C", dir, ...args], { timeoutMs: TIMEOUT_MS });
      return exitCode === 0 ? stdout.trim() : undefined;
    } catch (error) {
      if (asAppError(error).code === "INTERNAL") throw error;
      return undefined;
    }
  };
  const [commit, branch, changes] = await Promise.all([
    ask("rev-parse", "HEAD"),
    ask("symbolic-ref", "--short", "-q", "HEAD"),
    ask("status", "--porcelain", "--", "."),
  ]);
  if (commit === undefined || commit === "") return undefined;
  return { commit, dirty: (changes ?? "") !== "", ...(branch === undefined || branch === "" ? {} : { branch }) };
}
