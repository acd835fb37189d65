// Writes several files of a user's folder as one act: all of them, or none. Does not decide what is written.
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, readFile, rename, rm, rmdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../errors/app-error.ts";

export interface FileToWrite {
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Without this, a file that is there, or appears meanwhile, stops everything. */
  readonly replace: boolean;
}

/** Files that were written, for whoever finds out later that they should not have been. */
export interface WrittenFiles {
  /** Puts everything back as it was; a file that somebody changed meanwhile stays. */
  takeBack(): Promise<void>;
}

/**
 * Writes all files, making folders as needed. Everything is prepared beside its place first and then moved there; when
 * that fails halfway, what was done is undone.
 * @throws FILE_EXISTS, DISK_FULL, FILE_ACCESS; the folder is as before then
 */
export async function writeAll(folder: string, files: readonly FileToWrite[]): Promise<WrittenFiles> {
  const undo: (() => Promise<unknown>)[] = [];
  const leftovers: string[] = [];
  const before = new Map<string, Buffer>();
  const folders: (() => Promise<void>)[] = [];
  try {
    for (const file of files) {
      const target = targetOf(folder, file);
      const firstMade = await makeFolder(path.dirname(target));
      if (firstMade !== undefined) {
        const removeFolders = (): Promise<void> => removeEmptyFolders(path.dirname(target), path.dirname(firstMade));
        undo.push(removeFolders);
        folders.push(removeFolders);
      }
      const draft = besides(target);
      undo.push(() => rm(draft, { force: true }));
      await writeFile(draft, file.text, { flag: "wx" });
      leftovers.push(draft);
    }
    for (const [index, file] of files.entries()) {
      const target = targetOf(folder, file);
      const backup = besides(target);
      if (file.replace && (await moveIfThere(target, backup))) {
        undo.push(() => rename(backup, target));
        leftovers.push(backup);
        before.set(target, await readFile(backup));
      }
      await placeNew(leftovers[index] ?? "", target);
      undo.push(() => rm(target, { force: true }));
    }
  } catch (error) {
    for (const step of undo.toReversed()) await step();
    throw explain(error, folder);
  }
  for (const leftover of leftovers) await rm(leftover, { force: true });
  return {
    async takeBack() {
      for (const file of files) {
        const target = targetOf(folder, file);
        const now = await readFile(target, "utf8").catch(() => undefined);
        if (now !== file.text) continue;
        const old = before.get(target);
        await (old === undefined ? rm(target, { force: true }) : writeFile(target, old));
      }
      for (const removeFolders of folders.toReversed()) await removeFolders();
    },
  };
}

/** Answers the first folder that had to be made. */
async function makeFolder(folder: string): Promise<string | undefined> {
  try {
    return await mkdir(folder, { recursive: true });
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
    throw new AppError("FILE_ACCESS", `${folder} is a file, not a folder; nothing was changed`, { cause: error });
  }
}

function targetOf(folder: string, file: FileToWrite): string {
  return path.join(folder, ...file.path.split("/"));
}

/** A name that nobody else uses, in the same folder, because moves between file systems are copies. */
function besides(target: string): string {
  return path.join(path.dirname(target), `.hangar-${randomBytes(6).toString("hex")}`);
}

async function moveIfThere(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** Gives a draft its name, and fails where the name is taken: a rename would overwrite. */
async function placeNew(draft: string, target: string): Promise<void> {
  try {
    await link(draft, target);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes(String(codeOf(error)))) throw error;
    await copyFile(draft, target, constants.COPYFILE_EXCL); // a file system without hard links
  }
}

/** Removes a folder and those above it, up to but not including `end`, as long as they are empty. */
async function removeEmptyFolders(folder: string, end: string): Promise<void> {
  for (let current = folder; current !== end && current.startsWith(end); current = path.dirname(current)) {
    try {
      await rmdir(current);
    } catch (error) {
      if (codeOf(error) === "ENOENT") continue;
      return; // something else is in there by now
    }
  }
}

function explain(error: unknown, folder: string): unknown {
  const code = codeOf(error);
  const place = error instanceof Error && "dest" in error && typeof error.dest === "string" ? error.dest : folder;
  if (code === "EEXIST")
    return new AppError("FILE_EXISTS", `${place} appeared while the files were being written; nothing was changed`, {
      cause: error,
    });
  if (code === "ENOSPC" || code === "EDQUOT")
    return new AppError("DISK_FULL", `There is no room to write into ${folder}; nothing was changed`, { cause: error });
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR") {
    return new AppError("FILE_ACCESS", `${folder} cannot be written to (${code}); nothing was changed`, {
      cause: error,
    });
  }
  return error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
