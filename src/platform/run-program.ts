// Running small system tools in infrastructure containers, with nothing but Node's own child processes: execa, which
// exec.ts is built on, would cost such a process 20 MB. Arguments as arrays, never a shell.
import { spawn } from "node:child_process";
import { AppError } from "../errors/app-error.ts";

export interface ProgramResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end with a text as its standard input, and answers however it ended. */
export type RunProgram = (file: string, args: readonly string[], input?: string) => Promise<ProgramResult>;

/** @throws NOT_FOUND when the program cannot be run. */
export const runProgram: RunProgram = (file, args, input = "") =>
  new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { stdio: ["pipe", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => void (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
    child.once("error", (cause) => reject(new AppError("NOT_FOUND", `${file} cannot be run`, { cause })));
    child.once("close", (code, signal) =>
      resolve({ exitCode: code ?? 128, stdout, stderr: signal === null ? stderr : `${stderr}ended by ${signal}` }),
    );
    child.stdin.once("error", () => undefined); // a program that ends without reading its input says why by its exit code
    child.stdin.end(input);
  });
