// A container's log as an iterable of lines, ended by abort without leaving a socket behind.
import type { ContainerRuntime, LogLine } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { engineError } from "./errors.ts";
import { createMultiplexedLogDecoder, createRawLogDecoder } from "./log-lines.ts";
import { chunksOf, openStream } from "./streams.ts";

/** The logs operation of the runtime on an engine. */
export function createLogOperations(client: EngineClient): Pick<ContainerRuntime, "logs"> {
  async function* logs(id: string, options: Parameters<ContainerRuntime["logs"]>[1]): AsyncGenerator<LogLine> {
    const doing = `read the log of container "${id}"`;
    const { follow, signal } = options;
    const aborted = (): boolean => signal?.aborted === true;
    if (aborted()) return;
    const { stream, tty } = await client.call(doing, async (docker) => {
      const terminal = (await docker.getContainer(id).inspect()).Config.Tty;
      const query = {
        follow,
        stdout: true,
        stderr: true,
        timestamps: true,
        tail: options.tail ?? "all",
        ...(options.since === undefined ? {} : { since: unixTime(options.since) }),
      };
      return { stream: await openStream(docker, `/containers/${id}/logs`, query), tty: terminal };
    });
    const decoder = tty ? createRawLogDecoder() : createMultiplexedLogDecoder();
    try {
      for await (const chunk of chunksOf(stream, signal)) yield* decoder.push(chunk);
    } catch (thrown) {
      throw engineError(doing, thrown, client.endpoint);
    }
    if (!aborted()) yield* decoder.flush();
  }
  return { logs };
}

/** RFC 3339 with up to nine decimals as the engine takes it: seconds with the same decimals. */
function unixTime(timestamp: string): string {
  const fraction = /\.(\d+)/.exec(timestamp)?.[1] ?? "0";
  return `${Math.floor(Date.parse(timestamp) / 1000)}.${fraction}`;
}
