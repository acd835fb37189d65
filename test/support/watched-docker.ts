// `docker` clients that note their arguments, as every user of the machine can read them in the process list.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";

export interface WatchedDocker {
  /** To be the whole of PATH. */
  readonly searchPath: string;
  /** All arguments so far, a line for each call. */
  arguments(): Promise<string>;
}

/**
 * @param folder to be made for it
 * @param clients the one that PATH names first, or all of the machine, of which the richest is used
 */
export async function watchDocker(folder: string, clients: "first" | "all" = "first"): Promise<WatchedDocker> {
  const { stdout } = await execa("which", clients === "all" ? ["-a", "docker"] : ["docker"]);
  const log = path.join(folder, "arguments.log");
  await mkdir(folder, { recursive: true });
  await writeFile(log, "");
  const folders = await Promise.all(
    stdout
      .trim()
      .split("\n")
      .map(async (real, index) => {
        const own = path.join(folder, String(index));
        await mkdir(own, { recursive: true });
        const script = `#!/bin/sh\necho "$*" >> '${log}'\nexec '${real}' "$@"\n`;
        await writeFile(path.join(own, "docker"), script, { mode: 0o755 });
        return own;
      }),
  );
  return { searchPath: folders.join(path.delimiter), arguments: () => readFile(log, "utf8") };
}
