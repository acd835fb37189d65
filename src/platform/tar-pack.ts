// Packs a file or folder of this machine as an archive, piece by piece.
import { createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../errors/app-error.ts";
import { type Owner, renderTarHeader, TAR_END, tarPadding } from "./tar.ts";

export interface PackOptions {
  /** Bytes of the archive so far. */
  readonly onBytes?: (count: number) => void;
  /** A socket or device, which is left out. */
  readonly onSkipped?: (file: string) => void;
}

/** What is to be packed, and its name in the archive. */
export interface PackedPath {
  /** Absent: an empty folder. */
  readonly file?: string;
  readonly name: string;
  /** Absent: root. */
  readonly owner?: Owner | undefined;
}

const PERMISSIONS = 0o777;
const FOLDER_MODE = 0o755;

/** Exactly that many bytes, as the header has said: what is appended meanwhile is left out. */
async function* contentOf(file: string, size: number): AsyncGenerator<Uint8Array> {
  let left = size;
  if (size > 0) {
    for await (const piece of createReadStream(file, { end: size - 1 })) {
      left -= (piece as Buffer).length;
      yield piece as Buffer;
    }
  }
  if (left > 0) throw new AppError("FILE_ACCESS", `${file} became shorter while it was read`);
  yield tarPadding(size);
}

async function* members({ file, name, owner }: PackedPath, options: PackOptions): AsyncGenerator<Uint8Array> {
  if (file === undefined) {
    yield renderTarHeader({ path: name, kind: "folder", size: 0, mode: FOLDER_MODE, target: "", owner });
    return;
  }
  const stat = await lstat(file);
  const mode = stat.mode & PERMISSIONS;
  if (stat.isSymbolicLink()) {
    yield renderTarHeader({ path: name, kind: "link", size: 0, mode, target: await readlink(file), owner });
  } else if (stat.isDirectory()) {
    yield renderTarHeader({ path: name, kind: "folder", size: 0, mode, target: "", owner });
    for (const entry of (await readdir(file)).toSorted())
      yield* members({ file: path.join(file, entry), name: `${name}/${entry}`, owner }, options);
  } else if (stat.isFile()) {
    yield renderTarHeader({ path: name, kind: "file", size: stat.size, mode, target: "", owner });
    yield* contentOf(file, stat.size);
  } else options.onSkipped?.(file);
}

/** The archive of what is at a path, by another name. Links below it stay links. @throws FILE_ACCESS */
export function packTar(file: string, name: string, options: PackOptions = {}): AsyncGenerator<Uint8Array> {
  return packPaths([{ file, name }], options);
}

/** The archive of several files and folders, each by its own name; folders above them are not in it. @throws FILE_ACCESS */
export async function* packPaths(paths: readonly PackedPath[], options: PackOptions = {}): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for (const one of paths) {
    try {
      for await (const piece of members(one, options)) {
        bytes += piece.length;
        options.onBytes?.(bytes);
        yield piece;
      }
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw new AppError("FILE_ACCESS", `${one.file ?? one.name} cannot be read`, { cause });
    }
  }
  yield TAR_END;
}
