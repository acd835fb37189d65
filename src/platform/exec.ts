// Running other programs: arguments as arrays, never a shell. What an exit status means is decided by the caller.
import { execa } from "execa";
import { AppError } from "../errors/app-error.ts";

export interface ExecOptions {
  readonly cwd?: string;
  /** Added to the process's own environment. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text for the program's standard input; without it the input is empty. */
  readonly input?: string;
  /** Ends the program: SIGTERM, and SIGKILL five seconds later. */
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
  /** Called with each line that the program writes, while it runs. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
}

export interface ExecResult {
  /** Exit status; undefined when a signal ended the program. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
}

/**
 * Runs a program to its end and answers however it ended.
 * @throws NOT_FOUND when there is no such program, DEADLINE after timeoutMs, or the signal's reason.
 */
export async function exec(file: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  options.signal?.throwIfAborted();
  const child = execa(file, [...args], {
    reject: false,
    stdin: options.input === undefined ? "ignore" : "pipe",
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  const { onLine } = options;
  if (onLine !== undefined) {
    await Promise.all([
      forEachLine(child.iterable({ from: "stdout" }), (line) => onLine(line, "stdout")),
      forEachLine(child.iterable({ from: "stderr" }), (line) => onLine(line, "stderr")),
    ]).catch(() => undefined); // the result below says how it ended
  }
  const result = await child;
  options.signal?.throwIfAborted();
  if (result.timedOut)
    throw new AppError("DEADLINE", `${file} did not end within ${options.timeoutMs} ms`, { cause: result });
  if (result.failed && result.exitCode === undefined && result.signal === undefined) {
    if (result.code === "ENOENT")
      throw new AppError("NOT_FOUND", `There is no program ${file} in PATH`, { cause: result });
    throw new AppError("INTERNAL", `${file} could not be run`, { cause: result });
  }
  return { exitCode: result.exitCode, stdout: result.stdout, stderr: result.stderr, durationMs: result.durationMs };
}

async function forEachLine(lines: AsyncIterable<unknown>, use: (line: string) => void): Promise<void> {
  for await (const line of lines) use(String(line));
}
