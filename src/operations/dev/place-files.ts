// To whom files belong that are put into a machine: to whom they belonged there, or else to whom their folder does.
import path from "node:path/posix";
import type { SessionsClient } from "../../client/sessions-client.ts";
import { AppError } from "../../errors/app-error.ts";
import { type Owner, readTar } from "../../platform/tar.ts";
import { inBatches } from "../in-batches.ts";
import type { PackedPath } from "../../platform/tar-pack.ts";

/** Files that are looked at together. */
const AT_A_TIME = 8;

export interface MachinePaths {
  readonly sessions: Pick<SessionsClient, "readArchive">;
  readonly app: string;
  readonly machine: string;
}

/** A file of this machine, and its absolute path there. */
export interface PlacedFile {
  readonly file: string;
  readonly target: string;
}

/** What is to be packed for a machine's root folder, after the folders that are not there. @throws MACHINE_STATE */
export async function placeFiles(files: readonly PlacedFile[], machine: MachinePaths): Promise<PackedPath[]> {
  const packed = new Map<string, PackedPath>();
  const owners = new Map<string, Owner>();
  /** The folder's owner; where it is not there, it is to be made as its own folder is. */
  const ownerOfFolder = async (folder: string): Promise<Owner | undefined> => {
    const known = owners.get(folder) ?? (await ownerOf(folder, machine));
    const owner = known ?? (folder === "/" ? undefined : await ownerOfFolder(path.dirname(folder)));
    if (owner === undefined) return undefined;
    owners.set(folder, owner);
    if (known === undefined) packed.set(folder, { name: folder.slice(1), owner });
    return owner;
  };
  await inBatches(files, AT_A_TIME, async ({ target }) => {
    const owner = await ownerOf(target, machine);
    if (owner !== undefined) owners.set(target, owner);
  });
  for (const { file, target } of files) {
    const owner = owners.get(target) ?? (await ownerOfFolder(path.dirname(target)));
    packed.set(target, { file, name: target.slice(1), owner });
  }
  return [...packed.values()];
}

/** undefined: there is no such path. */
async function ownerOf(at: string, { sessions, app, machine }: MachinePaths): Promise<Owner | undefined> {
  try {
    // Its own header comes first; what else there is stays unread.
    for await (const { owner } of readTar(sessions.readArchive(app, machine, at, { atRest: true }))) return owner;
  } catch (error) {
    if (!(error instanceof AppError && error.code === "PATH_NOT_FOUND")) throw error;
  }
  return undefined;
}
