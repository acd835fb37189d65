// Runs a program of this machine to its end.
import { execFile } from "node:child_process";

const DEADLINE_MS = 60_000;

export interface ToolOutput {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function runTool(file: string, args: readonly string[], input?: Buffer): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    const options = { timeout: DEADLINE_MS, maxBuffer: 64 * 1_024 * 1_024, encoding: "utf8" } as const;
    const child = execFile(file, [...args], options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== "number") reject(error);
      else resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
    });
    child.stdin?.on("error", () => undefined).end(input);
  });
}

/** The first version in what a program says of itself; undefined where it is not there. */
export async function versionOf(file: string, args: readonly string[] = ["--version"]): Promise<string | undefined> {
  try {
    const { stdout } = await runTool(file, args);
    return /\d+(\.\d+)+/.exec(stdout)?.[0];
  } catch {
    return undefined;
  }
}
