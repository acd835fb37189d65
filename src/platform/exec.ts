// Running other programs: arguments as arrays, never a shell. What an exit status means is decided by the caller. With
// Node's own child processes: a library for it costs every command that runs one more than the start of the program.
import { type ChildProcess, spawn } from "node:child_process";
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

/** What a program that was told to end has left to do so. */
const KILL_AFTER_MS = 5_000;

/**
 * Runs a program to its end and answers however it ended.
 * @throws NOT_FOUND when there is no such program, DEADLINE after timeoutMs, or the signal's reason.
 */
export async function exec(file: string, args: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
  const { signal, input, timeoutMs, onLine } = options;
  signal?.throwIfAborted();
  const startedAt = performance.now();
  const child = spawn(file, [...args], {
    env: { ...process.env, ...options.env },
    stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    windowsHide: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  const ending = endOnDemand(child, signal, timeoutMs);
  const [stdout, stderr] = (["stdout", "stderr"] as const).map((name) =>
    collect(child[name], (line) => onLine?.(line, name)),
  );
  // A program that ends without reading its input says why by its exit status.
  child.stdin?.on("error", () => undefined).end(input);
  try {
    const exitCode = await new Promise<number | undefined>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? undefined));
    });
    signal?.throwIfAborted();
    if (ending.isLate()) throw new AppError("DEADLINE", `${file} did not end within ${timeoutMs} ms`);
    const durationMs = performance.now() - startedAt;
    return { exitCode, stdout: stdout?.() ?? "", stderr: stderr?.() ?? "", durationMs };
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof AppError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === "ENOENT")
      throw new AppError("NOT_FOUND", `There is no program ${file} in PATH`, { cause });
    throw new AppError("INTERNAL", `${file} could not be run`, { cause });
  } finally {
    ending.release();
  }
}

/** Ends the program at the deadline, when the signal fires, and with this process. */
function endOnDemand(
  child: ChildProcess,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
): { readonly isLate: () => boolean; readonly release: () => void } {
  let late = false;
  let killing: NodeJS.Timeout | undefined;
  const end = (): void => {
    child.kill("SIGTERM");
    killing ??= setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_MS);
  };
  const deadline =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          late = true;
          end();
        }, timeoutMs);
  const endNow = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", end, { once: true });
  process.once("exit", endNow);
  return {
    isLate: () => late,
    release: () => {
      clearTimeout(deadline);
      clearTimeout(killing);
      signal?.removeEventListener("abort", end);
      process.removeListener("exit", endNow);
    },
  };
}

/** Reads a stream to its end, telling each line; what it was, without the last line's end. */
function collect(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): () => string {
  let text = "";
  let told = 0;
  const tell = (isEnd: boolean): void => {
    for (let end = text.indexOf("\n", told); end >= 0; end = text.indexOf("\n", told)) {
      onLine(text.slice(told, end).replace(/\r$/, ""));
      told = end + 1;
    }
    if (isEnd && told < text.length) onLine(text.slice(told));
  };
  stream?.setEncoding("utf8");
  stream?.on("data", (chunk: string) => {
    text += chunk;
    tell(false);
  });
  stream?.on("end", () => tell(true));
  return () => text.replace(/\r?\n$/, "");
}
