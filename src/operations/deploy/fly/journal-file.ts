// What a deploy to Fly.io has to remember to be ended when its program is killed. The platform keeps no such thing, so it
// is a file of this computer, for its owner only.
import path from "node:path";
import { type HeldDeploy, HeldDeploySchema } from "../../../contract/release.ts";

export interface JournalFile {
  /** Undefined also where the file cannot be read as what it should be. */
  read(): Promise<HeldDeploy | undefined>;
  write(kept: HeldDeploy): Promise<void>;
  remove(): Promise<void>;
}

export interface JournalFiles {
  readTextIfExists(file: string): Promise<string | undefined>;
  writeAtomic(file: string, content: string, mode: number): Promise<void>;
  ensureDir(folder: string, mode: number): Promise<void>;
  remove(file: string): Promise<void>;
}

/** @param api host of the Machines API: apps of two platforms may have one name */
export function openJournalFile(stateDir: string, api: string, app: string, files: JournalFiles): JournalFile {
  const folder = path.join(stateDir, "fly-deploys");
  const file = path.join(folder, `${encodeURIComponent(api)}-${encodeURIComponent(app)}.json`);
  return {
    read: async () => {
      const text = await files.readTextIfExists(file);
      if (text === undefined) return undefined;
      try {
        return HeldDeploySchema.parse(JSON.parse(text));
      } catch {
        return undefined;
      }
    },
    write: async (kept) => {
      await files.ensureDir(folder, 0o700);
      await files.writeAtomic(file, JSON.stringify(kept), 0o600);
    },
    remove: () => files.remove(file),
  };
}
