// Room on disks. Only looks.
import { statfs } from "node:fs/promises";

/** Bytes that are free for ordinary users in the file system of a folder; undefined where the folder cannot be seen. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
