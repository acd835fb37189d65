// A `docker` that notes its arguments, as every user of the machine can read them in the process list.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

export interface WatchedDocker {
  /** To be the whole of PATH: a machine may have other clients, and the richest is used. */
  readonly folder: string;
  /** All arguments so far, a line for each call. */
  arguments(): Promise<string>;
}

/** @param folder to be made for it */
export async function watchDocker(folder: string): Promise<WatchedDocker> {
  const { stdout: real } = await execa("which", ["docker"]);
  const log = path.join(folder, "arguments.log");
  await mkdir(folder, { recursive: true });
  await writeFile(log, "");
  await writeFile(path.join(folder, "docker"), `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real.trim()}' "$@"\n`, {
    mode: 0o755,
  });
  return { folder, arguments: () => readFile(log, "utf8") };
}
