// What is at a path in a machine, behind links.
import path from "node:path/posix";
import type { SessionsClient } from "../../client/sessions-client.ts";
import type { FileStat } from "../../contract/sessions.ts";
import { AppError } from "../../errors/app-error.ts";
import { readTar } from "../../platform/tar.ts";

export interface MachineFiles {
  readonly app: string;
  readonly machine: string;
  readonly sessions: Pick<SessionsClient, "stat" | "readArchive" | "writeArchive">;
}

export interface RemotePlace {
  readonly path: string;
  readonly stat: FileStat;
}

/** As many as Linux follows. */
const MAX_LINKS = 40;

/** A path from the root, without what is redundant in it. @throws USAGE */
export function absolutePath(word: string): string {
  if (!word.startsWith("/") || word.includes("\0"))
    throw new AppError("USAGE", `"${word}" is not a path from a machine's root`, {
      suggestions: [`write /${word.replace(/^[./]+/u, "")}`],
    });
  return path.resolve(word);
}

async function linkTarget({ app, machine, sessions }: MachineFiles, at: string): Promise<string> {
  for await (const member of readTar(sessions.readArchive(app, machine, at))) {
    if (member.kind === "link" && member.target !== "") return path.resolve(path.dirname(at), member.target);
    break;
  }
  throw new AppError("CONFLICT", `${at} changed while it was looked at`);
}

/** Follows the links that a path itself is. @throws PATH_NOT_FOUND, MACHINE_STATE */
export async function followRemote(files: MachineFiles, word: string): Promise<RemotePlace> {
  let at = word;
  for (let hops = 0; hops <= MAX_LINKS; hops += 1) {
    const stat = await files.sessions.stat(files.app, files.machine, at);
    if (stat.kind !== "link") return { path: at, stat };
    at = await linkTarget(files, at);
  }
  throw new AppError("PATH_NOT_FOUND", `${word} is a link that leads in a circle`);
}

/** As above; undefined where there is nothing. */
export async function findRemote(files: MachineFiles, word: string): Promise<RemotePlace | undefined> {
  try {
    return await followRemote(files, word);
  } catch (error) {
    if (error instanceof AppError && error.code === "PATH_NOT_FOUND") return undefined;
    throw error;
  }
}
