// How full volumes are: measured when somebody asks for one, and remembered for lists, which must not wait for that.
import { asAppError } from "../../errors/app-error.ts";
import type { VolumeRecord } from "../model/records.ts";

export interface VolumeUsage {
  /** Measures these volumes and remembers it; bytes by ID. @throws what the engine refused */
  measure(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Bytes in a volume, at most a few seconds old; what was known before where the engine cannot say. */
  fresh(volume: VolumeRecord): Promise<number | undefined>;
  /** As measured last; undefined: never. */
  known(id: string): number | undefined;
}

export interface VolumeUsageDeps {
  readonly usage: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  readonly now: () => number;
  readonly log: (text: string) => void;
}

/** A measurement takes a container; whoever polls a volume gets the same one for a while. */
const FRESH_MS = 5_000;
const REMEMBERED = 10_000;

export function createVolumeUsage({ usage, now, log }: VolumeUsageDeps): VolumeUsage {
  const measured = new Map<string, { readonly bytes: number; readonly atMs: number }>();

  const measure: VolumeUsage["measure"] = async (ids) => {
    const used = await usage(ids);
    for (const [id, bytes] of used) {
      measured.delete(id);
      measured.set(id, { bytes, atMs: now() });
    }
    for (const id of measured.keys()) {
      if (measured.size <= REMEMBERED) break;
      measured.delete(id);
    }
    return used;
  };
  const known = (id: string): number | undefined => measured.get(id)?.bytes;

  return {
    measure,
    known,
    fresh: async ({ id, state }) => {
      const last = measured.get(id);
      if (state !== "created" || (last !== undefined && now() - last.atMs < FRESH_MS)) return last?.bytes;
      await measure([id]).catch((thrown: unknown) => log(`volume ${id}: ${asAppError(thrown).message}`));
      return known(id);
    },
  };
}
