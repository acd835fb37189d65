// Files: reading whole texts, and writing so that a reader or a crash never sees half of one.
import { randomBytes } from "node:crypto";
import { access, chmod, mkdir, open, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../errors/app-error.ts";

/** The file's text, or undefined when there is no such file, or it is a folder. */
export async function readTextIfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(String(codeOf(error)))) return undefined;
    throw error;
  }
}

/** The file's content in base64, or undefined when there is no such file, or it is a folder. */
export async function readBase64IfExists(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "base64");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes(String(codeOf(error)))) return undefined;
    throw error;
  }
}

/** The file's text. */
export function readText(file: string): Promise<string> {
  return readFile(file, "utf8");
}

/** The file's bytes. @throws FILE_ACCESS */
export async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new AppError("FILE_ACCESS", `${file} cannot be read`, { cause });
  }
}

/** Whether something is there, whatever it is. */
export async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch {
    return false;
  }
}

/** Names in a folder, sorted; none when there is no such folder. */
export async function listNames(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  }
}

/**
 * Makes the folder and those above it; an existing one keeps its mode.
 * @throws DISK_FULL
 */
export async function ensureDir(folder: string, mode = 0o755): Promise<void> {
  await withDiskErrors(folder, () => mkdir(folder, { recursive: true, mode }));
}

/**
 * Makes a new file with a text.
 * @returns whether it was made: not where there is one already
 * @throws DISK_FULL when there is no room; nothing is left behind then
 */
export async function createExclusively(file: string, text: string, mode: number): Promise<boolean> {
  try {
    await withDiskErrors(file, () => writeFile(file, text, { flag: "wx", mode }));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    await rm(file, { force: true });
    throw error;
  }
}

/** Does the work. @throws DISK_FULL where the system says so */
export async function withDiskErrors<T>(target: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== "ENOSPC" && codeOf(error) !== "EDQUOT") throw error;
    throw new AppError("DISK_FULL", `There is no room to write ${target}`, {
      cause: error,
      suggestions: ["hangar doctor"],
    });
  }
}

/**
 * Writes a whole file: into a neighbour first, which is synced and then renamed.
 * @throws DISK_FULL when there is no room; the old content is still there then.
 */
export async function writeAtomic(file: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const neighbour = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString("hex")}`);
  try {
    await withDiskErrors(file, async () => {
      const handle = await open(neighbour, "wx", mode);
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await chmod(neighbour, mode); // open() applies the umask, secrets and scripts need the mode as given
      await rename(neighbour, file);
    });
  } catch (error) {
    await rm(neighbour, { force: true });
    throw error;
  }
}

/** Removes a file or a whole folder; nothing there is fine. */
export async function remove(target: string): Promise<void> {
  await rm(target, { recursive: true, force: true });
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
