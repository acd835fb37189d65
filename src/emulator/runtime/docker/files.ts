// Writes files into containers and reads them out: single ones, and archives as streams.
import { Readable } from "node:stream";
import { AppError } from "../../../errors/app-error.ts";
import { readTar, renderTarHeader, TAR_END, tarPadding } from "../../../platform/tar.ts";
import type { ContainerRuntime, PathInfo } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { chunksOf } from "./streams.ts";

/** Larger files are refused: what Hangar reads back is a planet's database. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;

/** The content of the first file in an archive; undefined where there is none. */
async function firstFile(archive: AsyncIterable<Uint8Array>, path: string): Promise<Buffer | undefined> {
  for await (const member of readTar(archive)) {
    if (member.kind !== "file") continue;
    if (member.size > MAX_FILE_BYTES)
      throw new AppError("DOCKER_FAILED", `${path} is larger than ${MAX_FILE_BYTES} bytes`);
    const chunks: Buffer[] = [];
    for await (const chunk of member.content()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }
  return undefined;
}

function archiveOf(files: Parameters<ContainerRuntime["putFiles"]>[1]): Buffer {
  const parts = files.flatMap(({ path, content, mode }) => {
    const body = typeof content === "string" ? Buffer.from(content) : content;
    const header = renderTarHeader({ path, kind: "file", size: body.length, mode, target: "" });
    return [header, body, tarPadding(body.length)];
  });
  return Buffer.concat([...parts, TAR_END]);
}

/** Bits of Go's FileMode, in which the engine tells what a path is. */
const GO_MODE = { folder: 2 ** 31, link: 2 ** 27, other: 2 ** 26 + 2 ** 25 + 2 ** 24 + 2 ** 21 + 2 ** 19 } as const;
const PERMISSIONS = 0o777;

function kindOf(mode: number): PathInfo["kind"] {
  const has = (bits: number): boolean => (BigInt(mode) & BigInt(bits)) !== 0n;
  if (has(GO_MODE.folder)) return "folder";
  if (has(GO_MODE.link)) return "link";
  return has(GO_MODE.other) ? "other" : "file";
}

type FileOperations = Pick<ContainerRuntime, "getFile" | "putFiles" | "inspectPath" | "readArchive" | "writeArchive">;

/** The files operations of the runtime on an engine. */
export function createFileOperations(client: EngineClient): FileOperations {
  return {
    inspectPath: async (id, path) => {
      const doing = `look at ${path} of container "${id}"`;
      const answer = await client.callUnless([404], doing, async (docker) => {
        const { headers } = (await docker.getContainer(id).infoArchive({ path })) as unknown as {
          headers: Record<string, string | undefined>;
        };
        return headers["x-docker-container-path-stat"] ?? "";
      });
      if (answer === undefined) return undefined;
      const stat = JSON.parse(Buffer.from(answer, "base64").toString()) as { name: string; size: number; mode: number };
      return { name: stat.name, size: stat.size, mode: stat.mode & PERMISSIONS, kind: kindOf(stat.mode) };
    },
    readArchive: async (id, path) => {
      const stream = await client.callUnless([404], `read ${path} of container "${id}"`, (docker) =>
        docker.getContainer(id).getArchive({ path }),
      );
      return stream === undefined ? undefined : chunksOf(stream, undefined);
    },
    writeArchive: async (id, folder, archive) => {
      await client.call(`write files into ${folder} of container "${id}"`, (docker) =>
        docker.getContainer(id).putArchive(Readable.from(archive, { objectMode: false }), { path: folder }),
      );
    },
    getFile: async (id, path) => {
      const doing = `read ${path} of container "${id}"`;
      return client.callUnless([404], doing, async (docker) => {
        const archive = await docker.getContainer(id).getArchive({ path });
        return firstFile(chunksOf(archive, undefined), path);
      });
    },
    putFiles: async (id, files) => {
      if (files.length === 0) return;
      await client.call(`write files into container "${id}"`, (docker) =>
        docker.getContainer(id).putArchive(archiveOf(files), { path: "/" }),
      );
    },
  };
}
