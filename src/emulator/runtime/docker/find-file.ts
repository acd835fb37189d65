// Looks for a file below a folder of a container, one step after the other: the engine itself would follow links.
import path from "node:path/posix";
import type { ContainerRuntime } from "../container-runtime.ts";
import type { EngineClient } from "./client.ts";
import { createFileOperations } from "./files.ts";

/** What the engine tells of a path in a header; `mode` has the bits of Go's FileMode. */
interface PathStat {
  readonly size: number;
  readonly mode: number;
}

const FOLDER = 2 ** 31;
/** Links, devices, pipes, sockets and what else is no regular file. */
const SPECIAL = 2 ** 27 + 2 ** 26 + 2 ** 25 + 2 ** 24 + 2 ** 21 + 2 ** 19;
const hasAny = (mode: number, bits: number): boolean => (BigInt(mode) & BigInt(bits)) !== 0n;

/** The runtime's findFile on an engine. */
export function createFindFile(client: EngineClient): ContainerRuntime["findFile"] {
  const { getFile } = createFileOperations(client);
  const look = async (id: string, at: string): Promise<PathStat | undefined> => {
    const answer = await client.callUnless([404], `look at ${at} of container "${id}"`, async (docker) => {
      const { headers } = (await docker.getContainer(id).infoArchive({ path: at })) as unknown as {
        readonly headers: Readonly<Record<string, string | undefined>>;
      };
      return headers["x-docker-container-path-stat"];
    });
    return answer === undefined ? undefined : (JSON.parse(Buffer.from(answer, "base64").toString()) as PathStat);
  };
  return async (id, folder, names, maxBytes) => {
    let at = folder;
    for (const [index, name] of names.entries()) {
      at = path.join(at, name);
      const stat = await look(id, at);
      if (stat === undefined || hasAny(stat.mode, SPECIAL)) return undefined;
      if (hasAny(stat.mode, FOLDER) !== index < names.length - 1) return undefined;
      if (index === names.length - 1 && stat.size > maxBytes) return undefined;
    }
    return getFile(id, at);
  };
}
