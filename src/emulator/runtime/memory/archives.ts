// Archives of files, in the in-memory engine. It has files only; folders are what their paths say.
import path from "node:path/posix";
import { type Owner, readTar, renderTarHeader, TAR_END, tarPadding } from "../../../platform/tar.ts";
import type { ContainerRuntime } from "../container-runtime.ts";
import type { FileContent } from "./container-table.ts";
import { refusals } from "./refusals.ts";
import type { MemoryWorld } from "./world.ts";

const MODE = 0o644;

function bytesOf(content: FileContent): Uint8Array {
  return typeof content === "string" ? Buffer.from(content) : content;
}

/** The files at or below a path, by what follows the path's own folder. */
function below(files: ReadonlyMap<string, FileContent>, at: string): [string, FileContent][] {
  const folder = path.dirname(at);
  return [...files].flatMap(([name, content]): [string, FileContent][] =>
    name === at || name.startsWith(`${at}/`) ? [[path.relative(folder, name), content]] : [],
  );
}

async function* archive(
  files: readonly [string, FileContent][],
  root: string,
  ownerOf: (name: string) => Owner | undefined,
): AsyncGenerator<Uint8Array> {
  const isFolder = !files.some(([name]) => name === root);
  if (isFolder)
    yield renderTarHeader({ path: root, kind: "folder", size: 0, mode: 0o755, target: "", owner: ownerOf(root) });
  for (const [name, content] of files) {
    const bytes = bytesOf(content);
    yield renderTarHeader({
      path: name,
      kind: "file",
      size: bytes.length,
      mode: MODE,
      target: "",
      owner: ownerOf(name),
    });
    yield bytes;
    yield tarPadding(bytes.length);
  }
  yield TAR_END;
}

/** The operations of the in-memory engine. */
export function createArchiveOperations({
  containers,
  enter,
}: Pick<MemoryWorld, "containers" | "enter">): Pick<ContainerRuntime, "inspectPath" | "readArchive" | "writeArchive"> {
  return {
    inspectPath: async (id, at) => {
      await enter("inspectPath");
      const { files } = containers.get(id);
      const content = files.get(at);
      if (content !== undefined)
        return { name: path.basename(at), kind: "file", size: bytesOf(content).length, mode: MODE };
      const isFolder = at === "/" || below(files, at).length > 0;
      return isFolder ? { name: path.basename(at), kind: "folder", size: 0, mode: 0o755 } : undefined;
    },
    readArchive: async (id, at) => {
      await enter("readArchive");
      const { files, owners } = containers.get(id);
      const found = below(files, at);
      if (found.length === 0) return undefined;
      return archive(found, path.basename(at), (name) => owners.get(path.join(path.dirname(at), name)));
    },
    writeArchive: async (id, folder, chunks) => {
      await enter("writeArchive");
      const { files, owners } = containers.get(id);
      if (folder !== "/" && below(files, folder).length === 0) throw refusals.noSuch("folder", folder);
      for await (const member of readTar(chunks)) {
        const parts: Buffer[] = [];
        for await (const part of member.content()) parts.push(part);
        const at = path.join(folder, member.path).replace(/\/$/, "");
        if (member.owner !== undefined) owners.set(at, member.owner);
        if (member.kind === "file") files.set(at, Buffer.concat(parts));
      }
    },
  };
}
