// Writes files into containers, and reads single ones out of them.
import { AppError } from "../../../errors/app-error.ts";
import type { ContainerRuntime } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { chunksOf } from "./streams.ts";
import { parseTarFile, renderTar } from "./tar.ts";

/** Larger files are refused: what Hangar reads back is a planet's database. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

async function collect(stream: NodeJS.ReadableStream, path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunksOf(stream, undefined)) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_FILE_BYTES) throw new AppError("DOCKER_FAILED", `${path} is larger than ${MAX_FILE_BYTES} bytes`);
  }
  return Buffer.concat(chunks);
}

/** The files operations of the runtime on an engine. */
export function createFileOperations(client: EngineClient): Pick<ContainerRuntime, "getFile" | "putFiles"> {
  return {
    getFile: async (id, path) => {
      const archive = await client.callUnless([404], `read ${path} of container "${id}"`, async (docker) =>
        collect(await docker.getContainer(id).getArchive({ path }), path),
      );
      return archive === undefined ? undefined : parseTarFile(archive);
    },
    putFiles: async (id, files) => {
      if (files.length === 0) return;
      await client.call(`write files into container "${id}"`, (docker) =>
        docker.getContainer(id).putArchive(renderTar(files), { path: "/" }),
      );
    },
  };
}
