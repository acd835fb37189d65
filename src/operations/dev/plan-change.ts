// Pure: what has to be done for files that have changed.
import type { Placement } from "./placements.ts";

/** A file of the project that was made, changed or removed. */
export interface FileChange {
  /** Relative to the context of the build, with `/`. */
  readonly path: string;
  readonly removed: boolean;
}

export interface SyncedFile {
  readonly path: string;
  /** Absolute paths in a machine. */
  readonly targets: readonly string[];
}

export type ChangePlan =
  /** The machines see nothing of it. */
  | { readonly kind: "nothing" }
  /** The files are put into the machines that run, whose programs start anew. */
  | { readonly kind: "sync"; readonly files: readonly SyncedFile[] }
  /** The app is deployed again, because of this. */
  | { readonly kind: "deploy"; readonly because: string; readonly files: readonly string[] };

export interface Project {
  /** Files whose change may mean another configuration or another build: relative to the context. */
  readonly configuration: ReadonlySet<string>;
  readonly placementOf: (file: string) => Placement;
  readonly ignores: (file: string) => boolean;
  /** Whether files can be put into machines at all. */
  readonly syncs: boolean;
}

export function planChange(changes: readonly FileChange[], project: Project): ChangePlan {
  const files: SyncedFile[] = [];
  const seen: string[] = [];
  let because: string | undefined;
  for (const { path, removed } of changes) {
    if (project.configuration.has(path)) because = path;
    else if (project.ignores(path)) continue;
    else {
      const placement = project.placementOf(path);
      if (placement.kind === "outside") continue;
      if (placement.kind === "built" || removed || !project.syncs) because ??= path;
      else files.push({ path, targets: placement.paths });
    }
    seen.push(path);
  }
  if (because !== undefined) return { kind: "deploy", because, files: seen };
  return files.length === 0 ? { kind: "nothing" } : { kind: "sync", files };
}
