// The command line as a process, straight from src, so that no build is needed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";

const ROOT = path.join(import.meta.dirname, "../..");

export interface CliResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunCliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `run.js` needs a build unless it ends before it loads anything. */
  readonly bin?: "dev.js" | "run.js";
  readonly nodeArgs?: readonly string[];
  /** What comes on stdin; nothing where absent. */
  readonly input?: string;
}

/** Runs `hangar ...args` to its end with no terminal and an environment that depends on nothing here. */
export async function runCli(args: readonly string[], options: RunCliOptions = {}): Promise<CliResult> {
  const { bin = "dev.js", cwd = ROOT, env = {}, nodeArgs = [] } = options;
  const { PATH = "", HOME = "" } = process.env;
  const child = spawn(process.execPath, [...nodeArgs, path.join(ROOT, "bin", bin), ...args], {
    cwd,
    env: { PATH, HOME, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  child.stdin.on("error", () => {}); // it may end before it has read everything
  child.stdin.end(options.input ?? "");
  const closed = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { exitCode: child.exitCode, stdout, stderr };
}
