// Commands that are talked to while they run, in the in-memory engine.
import type { ContainerRuntime, TerminalSize } from "../container-runtime.ts";
import { createChannel } from "./channel.ts";
import type { CommandIo } from "./programs.ts";
import { refusals } from "./refusals.ts";
import type { MemoryWorld } from "./world.ts";

async function all(input: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of input) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The operation of the in-memory engine. A program that does not say how it talks reads everything and then answers. */
export function createCommandOperations({
  containers,
  enter,
}: Pick<MemoryWorld, "containers" | "enter">): Pick<ContainerRuntime, "openCommand"> {
  return {
    openCommand: async (id, command, options = {}) => {
      await enter("openCommand");
      const container = containers.get(id);
      if (container.state !== "running") throw refusals.notRunning(id);
      const { program } = container;
      const input = createChannel<Uint8Array>();
      const output = createChannel<{ stream: "stdout" | "stderr"; bytes: Uint8Array }>();
      let terminal: TerminalSize | undefined = options.terminal;
      const io: CommandIo = {
        input: input.read(undefined, () => undefined),
        terminal: () => terminal,
        print: (text, stream = "stdout") =>
          output.push({ stream: terminal === undefined ? stream : "stdout", bytes: Buffer.from(text) }),
      };
      const answer = async (): Promise<number> => {
        if (program.kind !== "runs") return 0;
        const talked = program.talk?.(command, io, options);
        if (talked !== undefined) return talked;
        const result = program.exec?.(command, { ...options, stdin: await all(io.input) });
        if (result === undefined) return program.exec === undefined ? 0 : new Promise(() => undefined);
        io.print(result.stdout);
        io.print(result.stderr, "stderr");
        return result.exitCode;
      };
      const ended = answer().finally(() => output.close());
      return {
        output: () => output.read(undefined, () => undefined),
        write: async (bytes) => input.push(bytes),
        endInput: () => input.close(),
        resize: async (size) => {
          terminal = size;
        },
        exitCode: () => ended,
        release: () => {
          input.close();
          output.close();
        },
      };
    },
  };
}
