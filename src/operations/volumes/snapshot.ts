// Making a snapshot. The API does not say which one it made, so it is the one that was not there before.
import type { ApiSnapshot, VolumesApi } from "../../client/machines/volumes-api.ts";
import { type Clock, waitUntil } from "../../platform/clock.ts";
import type { ProgressReporter } from "../progress.ts";

export type { ApiSnapshot } from "../../client/machines/volumes-api.ts";

export interface SnapshotDeps {
  readonly volumes: Pick<VolumesApi, "snapshots" | "createSnapshot">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

const APPEARS_WITHIN_MS = 60_000;
const INTERVAL_MS = 500;

/** Makes a snapshot and gives it. @throws VOLUME_NOT_FOUND, DEADLINE where it does not appear */
export async function createSnapshot(
  { app, volume }: { readonly app: string; readonly volume: string },
  { volumes, clock, signal, progress }: SnapshotDeps,
): Promise<ApiSnapshot> {
  progress.start("snapshot", `Making a snapshot of volume ${volume}`);
  const before = new Set((await volumes.snapshots(app, volume)).map(({ id }) => id));
  try {
    await volumes.createSnapshot(app, volume);
    const made = await waitUntil(async () => (await volumes.snapshots(app, volume)).find(({ id }) => !before.has(id)), {
      what: `a snapshot of volume ${volume}`,
      deadlineMs: APPEARS_WITHIN_MS,
      intervalMs: INTERVAL_MS,
      clock,
      signal,
    });
    progress.done("snapshot", made.id);
    return made;
  } catch (error) {
    progress.fail("snapshot");
    throw error;
  }
}
