// Looks for a file below a folder of a container, one step after the other: the engine itself would follow links.
import path from "node:path/posix";
import { AppError } from "../../../errors/app-error.ts";
import { readTar } from "../../../platform/tar.ts";
import type { ContainerRuntime } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { chunksOf } from "./streams.ts";

/** What the engine tells of a path in a header; `mode` has the bits of Go's FileMode, `mtime` is as RFC 3339 has it. */
interface PathStat {
  readonly size: number;
  readonly mode: number;
  readonly mtime: string;
}

const FOLDER = 2 ** 31;
/** Links, devices, pipes, sockets and what else is no regular file. */
const SPECIAL = 2 ** 27 + 2 ** 26 + 2 ** 25 + 2 ** 24 + 2 ** 21 + 2 ** 19;
const hasAny = (mode: number, bits: number): boolean => (BigInt(mode) & BigInt(bits)) !== 0n;

/** The runtime's findFile on an engine. */
export function createFindFile(client: EngineClient): ContainerRuntime["findFile"] {
  const look = async (id: string, at: string): Promise<PathStat | undefined> => {
    const answer = await client.callUnless([404], `look at ${at} of container "${id}"`, async (docker) => {
      const { headers } = (await docker.getContainer(id).infoArchive({ path: at })) as unknown as {
        readonly headers: Readonly<Record<string, string | undefined>>;
      };
      return headers["x-docker-container-path-stat"];
    });
    return answer === undefined ? undefined : (JSON.parse(Buffer.from(answer, "base64").toString()) as PathStat);
  };
  async function* read(id: string, at: string, bytes: number): AsyncGenerator<Uint8Array> {
    const archive = await client.callUnless([404], `read ${at} of container "${id}"`, (docker) =>
      docker.getContainer(id).getArchive({ path: at }),
    );
    for await (const member of archive === undefined ? [] : readTar(chunksOf(archive, undefined))) {
      if (member.kind !== "file" || member.size !== bytes) break;
      yield* member.content();
      return;
    }
    throw new AppError("DOCKER_FAILED", `${at} of container "${id}" has changed while it was read`);
  }
  return async (id, folder, names) => {
    let at = folder;
    for (const [index, name] of names.entries()) {
      at = path.join(at, name);
      const stat = await look(id, at);
      if (stat === undefined || hasAny(stat.mode, SPECIAL)) return undefined;
      if (hasAny(stat.mode, FOLDER) !== index < names.length - 1) return undefined;
      if (index === names.length - 1)
        return { bytes: stat.size, modifiedMs: Date.parse(stat.mtime), content: () => read(id, at, stat.size) };
    }
    return undefined;
  };
}
