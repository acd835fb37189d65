// Streams of the engine's answers: opened without collecting them in memory, read until abort, closed in any case.
import type Docker from "dockerode";

/** Opens an endless or large answer. dockerode's own methods collect what does not follow in memory, hence its modem. */
export function openStream(
  docker: Docker,
  path: string,
  query: Readonly<Record<string, unknown>>,
): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        path: `${path}?`,
        method: "GET",
        isStream: true,
        options: { ...query },
        statusCodes: { 200: true, 404: "no such container", 500: "server error" },
      },
      (thrown: unknown, stream: unknown) => {
        if (thrown === null || thrown === undefined) resolve(stream as NodeJS.ReadableStream);
        else reject(thrown);
      },
    );
  });
}

/** The chunks of a stream. Abort ends it quietly; whoever stops reading closes it. */
export async function* chunksOf(
  stream: NodeJS.ReadableStream,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const close = (): void => {
    (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
  };
  const aborted = (): boolean => signal?.aborted === true;
  signal?.addEventListener("abort", close, { once: true });
  try {
    if (aborted()) return;
    for await (const chunk of stream) {
      yield chunk as Buffer;
      if (aborted()) return;
    }
  } catch (thrown) {
    if (!aborted()) throw thrown;
  } finally {
    signal?.removeEventListener("abort", close);
    close();
  }
}

/** Writes all that a program gets to read, and its end. A program that does not want it is not a failure of ours. */
export function giveInput(stream: NodeJS.ReadWriteStream, input: string | Uint8Array): void {
  stream.on("error", () => undefined);
  stream.end(input);
}
