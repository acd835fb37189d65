// Lists a folder of a machine. An engine cannot: a shell there says the names, and the engine what they are.
import path from "node:path/posix";
import type { SessionsClient } from "../../client/sessions-client.ts";
import type { FileStat } from "../../contract/sessions.ts";
import { AppError } from "../../errors/app-error.ts";
import { absolutePath, followRemote, type MachineFiles } from "./remote-path.ts";

const NAMES_SCRIPT = 'for at in "$1"/* "$1"/.[!.]* "$1"/..?*; do printf "%s\\0" "${at##*/}"; done';
/** Looked at, at a time. */
const AT_ONCE = 8;

async function namesIn(files: MachineFiles & ListDeps, folder: string): Promise<string[]> {
  const command = ["sh", "-c", NAMES_SCRIPT, "sh", folder === "/" ? "" : folder];
  const session = await files.sessions.openCommand(files.app, files.machine, { command });
  try {
    await session.endInput();
    const printed = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    const output = session.output();
    let step = await output.next();
    for (; step.done !== true; step = await output.next()) printed[step.value.stream].push(step.value.bytes);
    if (step.value !== 0)
      throw new AppError("PATH_NOT_FOUND", `${folder} cannot be listed: it takes a shell in the machine`, {
        details: { exit_code: step.value, stderr: Buffer.concat(printed.stderr).toString().slice(0, 500) },
        suggestions: [`hangar sftp get -R ${folder}`],
      });
    return Buffer.concat(printed.stdout).toString().split("\0").slice(0, -1);
  } finally {
    session.close();
  }
}

interface ListDeps {
  readonly sessions: Pick<SessionsClient, "stat" | "readArchive" | "writeArchive" | "openCommand">;
}

/** What is in a folder, hidden files too, by name; or the file itself. @throws PATH_NOT_FOUND, MACHINE_STATE, USAGE */
export async function listFiles(files: MachineFiles & ListDeps, word: string): Promise<FileStat[]> {
  const { path: at, stat } = await followRemote(files, absolutePath(word));
  if (stat.kind !== "folder") return [stat];
  // a pattern without a match stands for itself: there is nothing of that name
  const names = [...new Set(await namesIn(files, at))].toSorted();
  const found: FileStat[] = [];
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const looked = names.slice(from, from + AT_ONCE).map((name) => ownStat(files, path.join(at, name)));
    for (const one of await Promise.all(looked)) if (one !== undefined) found.push(one);
  }
  return found;
}

async function ownStat(files: MachineFiles, at: string): Promise<FileStat | undefined> {
  try {
    return await files.sessions.stat(files.app, files.machine, at);
  } catch (error) {
    if (error instanceof AppError && error.code === "PATH_NOT_FOUND") return undefined;
    throw error;
  }
}
