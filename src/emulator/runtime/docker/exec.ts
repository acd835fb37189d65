// Runs a command in a running container, with bounded output and time.
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../../errors/app-error.ts";
import type { Exec, ExecCreateOptions } from "dockerode";
import type { ContainerRuntime, ExecOptions, ExecResult } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { createFrameSplitter } from "./frames.ts";
import { chunksOf, giveInput } from "./streams.ts";

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
/** The engine closes the stream a moment before it notes the exit code. */
const EXIT_CODE_POLL_MS = 10;

function createBoundedText(): { add(bytes: Buffer): void; text(): string } {
  const parts: Buffer[] = [];
  let room = MAX_OUTPUT_BYTES;
  return {
    add: (bytes) => {
      if (room === 0) return;
      const kept = bytes.subarray(0, room);
      parts.push(kept);
      room -= kept.length;
    },
    text: () => Buffer.concat(parts).toString("utf8"),
  };
}

/** All that a program prints, of each stream the first 64 KB; read to the end, or until the signal fires. */
export async function collectOutput(
  stream: NodeJS.ReadableStream,
  signal?: AbortSignal,
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const split = createFrameSplitter();
  const outputs = { stdout: createBoundedText(), stderr: createBoundedText() };
  for await (const chunk of chunksOf(stream, signal))
    for (const frame of split(chunk)) outputs[frame.stream].add(frame.payload);
  return { stdout: outputs.stdout.text(), stderr: outputs.stderr.text() };
}

/** What the engine is told of a command, whatever becomes of its streams. */
export function execOptions(
  command: readonly string[],
  { env, user, workingDir }: Omit<ExecOptions, "timeoutMs" | "stdin">,
): ExecCreateOptions {
  return {
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    ...(env === undefined ? {} : { Env: Object.entries(env).map(([key, value]) => `${key}=${value}`) }),
    ...(user === undefined ? {} : { User: user }),
    ...(workingDir === undefined ? {} : { WorkingDir: workingDir }),
  };
}

/** The exit code of a command whose streams have ended, as soon as the engine has noted it. @param check throws to give up */
export async function exitCodeOf(run: Exec, check: () => void): Promise<number> {
  for (;;) {
    check();
    const state = await run.inspect();
    if (!state.Running && state.ExitCode !== null) return state.ExitCode;
    await delay(EXIT_CODE_POLL_MS);
  }
}

/** The exec operation of the runtime on an engine. */
export function createExecOperations(client: EngineClient): Pick<ContainerRuntime, "exec"> {
  return {
    exec: (id, command, options = {}) =>
      client.call(`run "${command.join(" ")}" in container "${id}"`, async (docker): Promise<ExecResult> => {
        const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
        const deadline = AbortSignal.timeout(timeoutMs);
        const late = (): AppError =>
          new AppError("DEADLINE", `"${command.join(" ")}" did not end within ${timeoutMs} ms in container "${id}"`, {
            details: { timeoutMs },
          });
        const { stdin } = options;
        const run = await docker.getContainer(id).exec({
          ...execOptions(command, options),
          ...(stdin === undefined ? {} : { AttachStdin: true }),
        });
        const stream = await run.start(stdin === undefined ? {} : { hijack: true, stdin: true });
        if (stdin !== undefined) giveInput(stream, stdin);
        const output = await collectOutput(stream, deadline);
        const exitCode = await exitCodeOf(run, () => {
          if (deadline.aborted) throw late();
        });
        return { exitCode, ...output };
      }),
  };
}
