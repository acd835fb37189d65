// Changes of files below a folder, as they happen. Over chokidar, because what node:fs tells differs between systems and
// misses files of folders that have just been made.
import path from "node:path";
import { watch } from "chokidar";

export interface WatchOptions {
  /** Whether a file or folder is of no interest, with all that is in it. @param relative path with `/` */
  readonly skips: (relative: string) => boolean;
  /** A file was made, changed or removed. */
  readonly onChange: (change: { readonly path: string; readonly removed: boolean }) => void;
}

export interface FileWatch {
  close(): Promise<void>;
}

/** Resolves when every change from then on is told. */
export async function watchFiles(root: string, { skips, onChange }: WatchOptions): Promise<FileWatch> {
  const relative = (file: string): string => path.relative(root, file).split(path.sep).join("/");
  const watcher = watch(root, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (file) => file !== root && skips(relative(file)),
  });
  watcher.on("add", (file) => onChange({ path: relative(file), removed: false }));
  watcher.on("change", (file) => onChange({ path: relative(file), removed: false }));
  watcher.on("unlink", (file) => onChange({ path: relative(file), removed: true }));
  // a folder that may not be read, or more folders than the system watches: what can be watched is
  watcher.on("error", () => undefined);
  await new Promise<void>((resolve) => watcher.once("ready", resolve));
  return { close: () => watcher.close() };
}
