// Writes files into containers. Reading is not needed.
import type { ContainerRuntime } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { renderTar } from "./tar.ts";

/** The files operation of the runtime on an engine. */
export function createFileOperations(client: EngineClient): Pick<ContainerRuntime, "putFiles"> {
  return {
    putFiles: async (id, files) => {
      if (files.length === 0) return;
      await client.call(`write files into container "${id}"`, (docker) => docker.getContainer(id).putArchive(renderTar(files), { path: "/" }));
    },
  };
}
