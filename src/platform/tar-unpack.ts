// Unpacks archives that are not trusted: a machine may put anything into one. Everything lands in a new folder first, where
// no links are before all files are written, so that nothing can lead out of it; what is whole is then renamed into place.
import { chmod, link, mkdir, mkdtemp, open, rename, rm, symlink } from "node:fs/promises";
import path from "node:path";
import { AppError } from "../errors/app-error.ts";
import { listNames, withDiskErrors } from "./files.ts";
import { readTar, type TarMember } from "./tar.ts";

export interface Unpacked {
  readonly files: number;
  readonly bytes: number;
  /** Paths in the archive that were left out: devices, and links that lead out of what was asked for. */
  readonly skipped: readonly string[];
}

export interface UnpackOptions {
  /** The name that all members have to be, or be below. */
  readonly root: string;
  /** Where that goes; its folder is there, and a file of this name is replaced. */
  readonly target: string;
  readonly onBytes?: (count: number) => void;
}

/** Permissions without setuid, setgid and sticky: those are a machine's affair. */
const PERMISSIONS = 0o777;
const OWNER = 0o700;

function unsafe(member: string, why: string): AppError {
  return new AppError("ARCHIVE_UNSAFE", `The archive holds ${JSON.stringify(member.slice(0, 200))}, which ${why}`, {
    suggestions: ["look at the machine: it may not be what it should be"],
  });
}

/**
 * The parts of a member's path, the root's name first.
 * @throws ARCHIVE_UNSAFE for whatever is not the root or below it
 */
export function memberParts(member: string, root: string): readonly string[] {
  if (member.startsWith("/") || /[\0\\]/u.test(member)) throw unsafe(member, "is no relative path");
  const parts = member.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw unsafe(member, "leads upwards");
  if (parts[0] !== root) throw unsafe(member, "was not asked for");
  return parts;
}

/**
 * Whether a link stays below the root, whatever other such links it passes: up only at its beginning, where its own folders
 * are real ones, and no higher than the root.
 */
export function isInnerLink(parts: readonly string[], target: string): boolean {
  if (target === "" || target.startsWith("/") || /[\0\\]/u.test(target)) return false;
  const steps = target.split("/").filter((part) => part !== "" && part !== ".");
  const down = steps.findIndex((step) => step !== "..");
  const ups = down < 0 ? steps.length : down;
  return !steps.slice(ups).includes("..") && ups <= parts.length - 2;
}

async function writeFileOf(member: TarMember, file: string, onBytes: (count: number) => void): Promise<void> {
  const handle = await open(file, "wx", 0o600);
  try {
    for await (const piece of member.content()) {
      await handle.writeFile(piece);
      onBytes(piece.length);
    }
    await handle.chmod(member.mode & PERMISSIONS);
  } finally {
    await handle.close();
  }
}

async function unpackInto(
  staging: string,
  archive: AsyncIterable<Uint8Array>,
  { root, onBytes }: UnpackOptions,
): Promise<Unpacked> {
  const written = new Set<string>();
  const folders = new Map<string, number>();
  const links: { readonly at: string; readonly target: string; readonly member: string }[] = [];
  const skipped: string[] = [];
  let bytes = 0;
  const counted = (count: number): void => {
    bytes += count;
    onBytes?.(bytes);
  };
  for await (const member of readTar(archive)) {
    const parts = memberParts(member.path, root);
    const at = path.join(staging, ...parts);
    try {
      await mkdir(path.dirname(at), { recursive: true, mode: 0o700 });
      if (member.kind === "folder") {
        await mkdir(at, { recursive: true, mode: 0o700 });
        folders.set(at, member.mode & PERMISSIONS);
      } else if (member.kind === "file") {
        await writeFileOf(member, at, counted);
        written.add(at);
      } else if (member.kind === "hard-link") {
        const to = path.join(staging, ...memberParts(member.target, root));
        if (written.has(to)) await link(to, at);
        else skipped.push(member.path);
      } else if (member.kind === "link" && isInnerLink(parts, member.target))
        links.push({ at, target: member.target, member: member.path });
      else skipped.push(member.path);
    } catch (error) {
      throw asUnsafe(error, member.path);
    }
  }
  for (const { at, target, member } of links) {
    await symlink(target, at).catch((error: unknown) => {
      throw asUnsafe(error, member);
    });
  }
  // its owner can always remove it
  for (const [folder, mode] of folders) await chmod(folder, mode | OWNER);
  return { files: written.size, bytes, skipped };
}

/** Two members of one name, or one below a file, are no accident. */
function asUnsafe(error: unknown, member: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EEXIST" || code === "ENOTDIR" ? unsafe(member, "is there twice") : error;
}

/**
 * Unpacks an archive; where it fails, nothing is left behind and the target is as it was.
 * @throws ARCHIVE_UNSAFE, UNREACHABLE where the archive is cut; DISK_FULL
 */
export async function unpackTar(archive: AsyncIterable<Uint8Array>, options: UnpackOptions): Promise<Unpacked> {
  const { root, target } = options;
  const staging = await mkdtemp(path.join(path.dirname(target), ".hangar-get-"));
  try {
    return await withDiskErrors(target, async () => {
      const unpacked = await unpackInto(staging, archive, options);
      if ((await listNames(staging)).length === 0) throw unsafe(root, "cannot be made here");
      await rename(path.join(staging, root), target);
      return unpacked;
    });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
