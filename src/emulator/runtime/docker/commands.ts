// Runs a command in a running container and leaves its streams open, with a terminal where one is asked for.
import { setTimeout as delay } from "node:timers/promises";
import type { Duplex } from "node:stream";
import type { Exec } from "dockerode";
import type { ContainerRuntime, RunningCommand, TerminalSize } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { execOptions, exitCodeOf } from "./exec.ts";
import { createFrameSplitter } from "./frames.ts";
import { chunksOf } from "./streams.ts";

/** A terminal has no size until the command has begun, which older engines answer before. */
const RESIZE_ATTEMPTS = 50;
const RESIZE_EVERY_MS = 10;
/** Far more than the moment between the end of a command's streams and the engine's note of its exit code. */
const EXIT_CODE_WITHIN_MS = 10_000;

async function resize(run: Exec, { columns, rows }: TerminalSize): Promise<void> {
  for (let attempt = 1; attempt <= RESIZE_ATTEMPTS; attempt += 1) {
    try {
      await run.resize({ h: rows, w: columns });
      return;
    } catch {
      // Not begun yet, or ended already: a size is no reason to fail.
      await delay(RESIZE_EVERY_MS);
    }
  }
}

/** The operation of the runtime on an engine. */
export function createCommandOperations(client: EngineClient): Pick<ContainerRuntime, "openCommand"> {
  return {
    openCommand: (id, command, options = {}) =>
      client.call(`run "${command.join(" ")}" in container "${id}"`, async (docker): Promise<RunningCommand> => {
        const { terminal } = options;
        const run = await docker.getContainer(id).exec({
          ...execOptions(command, options),
          AttachStdin: true,
          Tty: terminal !== undefined,
          ...(terminal === undefined ? {} : { ConsoleSize: [terminal.rows, terminal.columns] }),
        });
        const stream: Duplex = await run.start({ hijack: true, stdin: true, Tty: terminal !== undefined });
        // a command that ends while it is written to is not a failure of ours; the reader hears of all others
        stream.on("error", () => undefined);
        if (terminal !== undefined) await resize(run, terminal);
        return {
          async *output() {
            const split = createFrameSplitter();
            for await (const chunk of chunksOf(stream, undefined)) {
              if (terminal !== undefined) yield { stream: "stdout", bytes: chunk };
              else for (const frame of split(chunk)) yield { stream: frame.stream, bytes: frame.payload };
            }
          },
          write: (bytes) =>
            new Promise((resolve) => {
              if (stream.destroyed || stream.writableEnded) resolve();
              else stream.write(bytes, () => resolve());
            }),
          endInput: () => {
            if (!stream.destroyed) stream.end();
          },
          resize: (size) => resize(run, size),
          exitCode: () => {
            const deadline = AbortSignal.timeout(EXIT_CODE_WITHIN_MS);
            const doing = `read the exit code of "${command.join(" ")}"`;
            return client.call(doing, () => exitCodeOf(run, () => deadline.throwIfAborted()));
          },
          release: () => void stream.destroy(),
        };
      }),
  };
}
