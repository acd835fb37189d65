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
  try {
    // One question for all three: what the branch is ahead by is not among them, and costs time.
    const words = ["status", "--porcelain=v2", "--branch", "--no-ahead-behind", "--", "."];
    const { exitCode, stdout } = await run("git", ["-C", dir, ...words], { timeoutMs: TIMEOUT_MS });
    return exitCode === 0 ? readStatus(stdout) : undefined;
  } catch (error) {
    if (asAppError(error).code === "INTERNAL") throw error;
    return undefined;
  }
}

/** Reads the output of `git status --porcelain=v2 --branch`; undefined where there is no commit yet. */
function readStatus(text: string): GitState | undefined {
  const lines = text.split("\n").filter((line) => line !== "");
  const header = (name: string): string | undefined =>
    lines.find((line) => line.startsWith(`# ${name} `))?.slice(`# ${name} `.length);
  const [commit, branch] = [header("branch.oid"), header("branch.head")];
  if (commit === undefined || commit === "(initial)") return undefined;
  const dirty = lines.some((line) => !line.startsWith("# "));
  return { commit, dirty, ...(branch === undefined || branch === "(detached)" ? {} : { branch }) };
}
