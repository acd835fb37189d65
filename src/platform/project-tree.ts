// Reads a project's folder as a scanner needs it: names, and the texts of small files. Whatever is in there, it ends soon: every
// number has a limit, links that lead out of the folder are not followed, and only regular files are opened.
import { constants } from "node:fs";
import { open, readdir, realpath } from "node:fs/promises";
import path from "node:path";

/** What to read of a folder. */
export interface ProjectTreeLimits {
  /** Folders below the root that are looked into. */
  readonly depth: number;
  /** Names that are listed, files and folders. */
  readonly entries: number;
  /** Bytes of a file; larger ones count as having no text. */
  readonly fileBytes: number;
  /** Bytes of all texts. */
  readonly totalBytes: number;
  /** Names of folders that are not looked into. */
  readonly skipFolders: ReadonlySet<string>;
  /** Whether a file's text is wanted, by its path with `/`. */
  readonly wantsText: (path: string) => boolean;
}

export interface ProjectTree {
  /** Paths of files with `/`, the shallow ones first, sorted within a folder. */
  readonly paths: readonly string[];
  /** By path: only what is wanted, small and text. */
  readonly texts: ReadonlyMap<string, string>;
  /** Whether a limit ended the walk early. */
  readonly cut: boolean;
}

/** Walks a folder, breadth first; a folder that is not there, or cannot be read, is empty. */
export async function readProjectTree(root: string, limits: ProjectTreeLimits): Promise<ProjectTree> {
  const base = await realpath(root).catch(() => root);
  const { paths, cut } = await listFiles(base, limits);
  const texts = new Map<string, string>();
  let left = limits.totalBytes;
  for (const relative of paths) {
    if (!limits.wantsText(relative)) continue;
    if (left < limits.fileBytes) return { paths, texts, cut: true };
    const text = await readSmallText(base, relative, limits.fileBytes);
    if (text === undefined) continue;
    texts.set(relative, text);
    left -= text.length;
  }
  return { paths, texts, cut };
}

async function listFiles(base: string, limits: ProjectTreeLimits): Promise<{ paths: string[]; cut: boolean }> {
  const paths: string[] = [];
  let folders = [""];
  let seen = 0;
  for (let depth = 0; depth <= limits.depth && folders.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of folders) {
      const entries = await readdir(path.join(base, folder), { withFileTypes: true }).catch(() => []);
      for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
        seen += 1;
        if (seen > limits.entries) return { paths, cut: true };
        const relative = folder === "" ? entry.name : `${folder}/${entry.name}`;
        // A linked folder is never entered, so cycles cannot be; a linked file is judged when it is read.
        if (entry.isDirectory() && !limits.skipFolders.has(entry.name)) next.push(relative);
        else if (entry.isFile() || entry.isSymbolicLink()) paths.push(relative);
      }
    }
    folders = next;
  }
  return { paths, cut: false };
}

async function readSmallText(base: string, relative: string, maxBytes: number): Promise<string | undefined> {
  try {
    const target = await realpath(path.join(base, relative));
    if (!target.startsWith(base + path.sep)) return undefined;
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    const handle = await open(target, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const { size } = await statOf(handle);
      if (size > maxBytes) return undefined;
      const buffer = Buffer.alloc(size);
      const { bytesRead } = await handle.read(buffer, 0, size, 0);
      const bytes = buffer.subarray(0, bytesRead);
      return bytes.includes(0) ? undefined : bytes.toString("utf8").replace(/^\uFEFF/u, "");
    } finally {
      await handle.close();
    }
  } catch {
    return undefined; // gone, or not ours to read: then it says nothing
  }
}

async function statOf(handle: Awaited<ReturnType<typeof open>>): Promise<{ size: number }> {
  const stats = await handle.stat();
  return { size: stats.isFile() ? stats.size : Number.POSITIVE_INFINITY };
}
