// The last world on disk, so that a restarted wan is whole again without control.
import { type World, WorldSchema } from "../../contract/world.ts";

export interface WorldFile {
  /** The stored world, or undefined where there is none or it cannot be read: control will send one. */
  load(): Promise<World | undefined>;
  save(world: World): Promise<void>;
}

export interface WorldFileDeps {
  readonly path: string;
  readonly readTextIfExists: (file: string) => Promise<string | undefined>;
  readonly writeAtomic: (file: string, text: string) => Promise<void>;
  readonly ensureDir: (folder: string) => Promise<void>;
}

/**
 * Stores worlds without holding up who has put them in force: one after the other, and of those that come meanwhile the newest.
 * One that is lost with its process is made up for by control, which sees the new start.
 */
export function createWorldKeeper(
  { save }: Pick<WorldFile, "save">,
  failed: (world: World, error: unknown) => void,
): (world: World) => void {
  let waiting: World | undefined;
  let saving = false;
  const saveAll = async (): Promise<void> => {
    saving = true;
    for (let world = waiting; world !== undefined; world = waiting) {
      waiting = undefined;
      await save(world).catch((error: unknown) => failed(world, error));
    }
    saving = false;
  };
  return (world) => {
    waiting = world;
    if (!saving) void saveAll();
  };
}

/** Keeps the world in one file, replaced by renaming. */
export function createWorldFile({ path, readTextIfExists, writeAtomic, ensureDir }: WorldFileDeps): WorldFile {
  return {
    async load() {
      const text = await readTextIfExists(path);
      if (text === undefined) return undefined;
      try {
        return WorldSchema.parse(JSON.parse(text));
      } catch {
        return undefined; // written by another version of Hangar, or damaged
      }
    },
    async save(world) {
      await ensureDir(path.slice(0, path.lastIndexOf("/")));
      await writeAtomic(path, JSON.stringify(world));
    },
  };
}
