// Copies a file or folder into a machine.
import { stat } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import { packTar } from "../../platform/tar-pack.ts";
import { type Copied, type CopyDeps, meterOf, refuseReplacing, requireKind } from "./copy-options.ts";
import { absolutePath, findRemote, followRemote, type MachineFiles } from "./remote-path.ts";

export interface PutFilesInput {
  readonly local: string;
  /** A folder that is there, or the new name. */
  readonly remote: string;
  readonly recursive: boolean;
}

async function placeOf(files: MachineFiles, remote: string, name: string): Promise<string> {
  const asked = absolutePath(remote);
  const found = await findRemote(files, asked);
  if (found?.stat.kind === "folder") return path.posix.join(found.path, name);
  if (found !== undefined) return found.path;
  const parent = await followRemote(files, path.posix.dirname(asked));
  if (parent.stat.kind !== "folder") throw new AppError("PATH_NOT_FOUND", `${parent.path} is not a folder`);
  return path.posix.join(parent.path, path.posix.basename(asked));
}

/**
 * Copies it. What has the same names is replaced where that is allowed; a folder keeps what else is in it.
 * @throws FILE_ACCESS, USAGE, PATH_NOT_FOUND, MACHINE_STATE, FILE_EXISTS, UNREACHABLE
 */
export async function putFiles(
  { local, remote, recursive }: PutFilesInput,
  files: MachineFiles,
  deps: CopyDeps,
): Promise<Copied> {
  const from = path.resolve(local);
  const own = await stat(from).catch((cause: unknown) => {
    throw new AppError("FILE_ACCESS", `${from} cannot be read`, { cause });
  });
  const kind = requireKind(from, own.isDirectory() ? "folder" : own.isFile() ? "file" : "other", recursive);
  const to = await placeOf(files, remote, path.basename(from));
  const present = await findRemote(files, to);
  if (present !== undefined) {
    if (present.stat.kind !== kind) refuseReplacing(to, `, and is no ${kind}`);
    if (!(await deps.mayReplace(`${to} in machine ${files.machine}`))) refuseReplacing(to, "");
  }
  const skipped: string[] = [];
  deps.progress.start("put", `Copying ${from}`);
  const archive = packTar(from, path.posix.basename(to), {
    onBytes: meterOf(deps, "put"),
    onSkipped: (file) => void skipped.push(file),
  });
  await files.sessions.writeArchive(files.app, files.machine, path.posix.dirname(to), archive);
  deps.progress.done("put");
  return { machine: files.machine, from, to, kind, skipped };
}
