// What copying out of a machine and into one have in common.
import { AppError } from "../../errors/app-error.ts";
import type { ProgressReporter } from "../progress.ts";

export interface CopyDeps {
  readonly progress: ProgressReporter;
  readonly signal: AbortSignal;
  /** Whether what is there may be replaced. @param place as people know it */
  readonly mayReplace: (place: string) => Promise<boolean>;
}

/** What --json prints of a copy. */
export interface Copied {
  readonly machine: string;
  readonly from: string;
  readonly to: string;
  readonly kind: "file" | "folder";
  /** What was left out: devices and sockets, and links that lead out of the folder. */
  readonly skipped: readonly string[];
}

const MIB = 1024 * 1024;

/** Tells of each further MiB, and breaks off where the person has. */
export function meterOf({ progress, signal }: CopyDeps, id: string): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    signal.throwIfAborted();
    const whole = Math.floor(bytes / MIB);
    if (whole === told) return;
    told = whole;
    progress.update(id, `${whole} MiB`);
  };
}

/** @throws USAGE a folder without -R, or what is neither file nor folder */
export function requireKind(place: string, kind: string, recursive: boolean): "file" | "folder" {
  if (kind === "file") return kind;
  if (kind !== "folder") throw new AppError("USAGE", `${place} is neither a file nor a folder`);
  if (!recursive)
    throw new AppError("USAGE", `${place} is a folder`, { suggestions: ["pass -R to copy it with all below it"] });
  return kind;
}

/** @throws FILE_EXISTS */
export function refuseReplacing(place: string, why: string): never {
  throw new AppError("FILE_EXISTS", `${place} is there already${why}`, {
    suggestions: ["name another place", ...(why === "" ? ["pass --force to replace it"] : ["remove it first"])],
  });
}
