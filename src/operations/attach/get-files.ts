// Copies a file or folder out of a machine.
import { lstat, stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { unpackTar } from "../../platform/tar-unpack.ts";
import { type Copied, type CopyDeps, meterOf, refuseReplacing, requireKind } from "./copy-options.ts";
import { absolutePath, followRemote, type MachineFiles } from "./remote-path.ts";

export interface GetFilesInput {
  readonly remote: string;
  /** A folder that is there, or the new name; default: the same name in this folder. */
  readonly local: string;
  readonly recursive: boolean;
}

/** Where it goes: below a folder that is there, else by the name itself. @throws FILE_ACCESS the folder is not there */
async function placeOf(local: string, name: string): Promise<string> {
  const at = path.resolve(local);
  if ((await stat(at).catch(() => undefined))?.isDirectory() === true) return path.join(at, name);
  if ((await stat(path.dirname(at)).catch(() => undefined))?.isDirectory() !== true)
    throw new AppError("FILE_ACCESS", `There is no folder ${path.dirname(at)}`);
  return at;
}

/**
 * Copies it; a file may be replaced where that is allowed, a folder never is.
 * @throws PATH_NOT_FOUND, MACHINE_STATE, USAGE, FILE_EXISTS, FILE_ACCESS, ARCHIVE_UNSAFE, UNREACHABLE, DISK_FULL
 */
export async function getFiles(
  { remote, local, recursive }: GetFilesInput,
  files: MachineFiles,
  deps: CopyDeps,
): Promise<Copied & { readonly files: number; readonly bytes: number }> {
  const asked = absolutePath(remote);
  if (asked === "/") throw new AppError("USAGE", "The root itself is not copied: name a folder below it");
  const { path: at, stat: found } = await followRemote(files, asked);
  const kind = requireKind(at, found.kind, recursive);
  const to = await placeOf(local, path.posix.basename(asked));
  const present = await lstat(to).catch(() => undefined);
  if (present !== undefined) {
    if (kind === "folder" || present.isDirectory()) refuseReplacing(to, ", and folders are not replaced");
    if (!(await deps.mayReplace(to))) refuseReplacing(to, "");
  }
  deps.progress.start("get", `Copying ${at}`);
  const { skipped, ...counts } = await unpackTar(files.sessions.readArchive(files.app, files.machine, at), {
    root: path.posix.basename(at),
    target: to,
    onBytes: meterOf(deps, "get"),
  });
  deps.progress.done("get", `${counts.bytes} bytes`);
  return { machine: files.machine, from: at, to, kind, skipped, ...counts };
}
