// Takes a snapshot of each volume every day and removes those whose time is over. Days are counted from when the volume was
// made, so that nothing has to be remembered and a new control goes on where the last one ended.
import { asAppError } from "../../errors/app-error.ts";
import type { SnapshotRecord, VolumeRecord } from "../model/records.ts";
import type { Store } from "./store/store.ts";
import type { VolumeConvergence } from "./volume-convergence.ts";
import type { Volumes } from "./volumes.ts";

const DAY_MS = 86_400_000;
/** How late a snapshot may be; the platform promises no exact time either. */
const LOOK_EVERY_MS = 60_000;

/** Whether the day's snapshot is missing; one that somebody asked for since the day began is the day's. */
export function isSnapshotDue(volume: VolumeRecord, snapshots: readonly SnapshotRecord[], nowMs: number): boolean {
  if (!volume.autoBackup || volume.state !== "created") return false;
  const createdMs = Date.parse(volume.createdAt);
  const days = Math.floor((nowMs - createdMs) / DAY_MS);
  const dueMs = createdMs + days * DAY_MS;
  return days > 0 && !snapshots.some(({ createdAt }) => Date.parse(createdAt) >= dueMs);
}

/** Whether a snapshot has been kept as long as its volume said when it was taken. */
export function isOver({ createdAt, retentionDays }: SnapshotRecord, nowMs: number): boolean {
  return Date.parse(createdAt) + retentionDays * DAY_MS < nowMs;
}

export interface SnapshotSchedule {
  /** Looks now, and again and again until `stop`. */
  start(): void;
  stop(): void;
}

export interface SnapshotScheduleDeps {
  readonly store: Store;
  readonly volumes: Pick<Volumes, "snapshot">;
  readonly convergence: Pick<VolumeConvergence, "persist">;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly log: (text: string) => void;
}

export function createSnapshotSchedule(deps: SnapshotScheduleDeps): SnapshotSchedule {
  const { store, volumes, convergence, now, timer, log } = deps;
  let cancel = (): void => undefined;
  /** Volumes whose last snapshot failed → when; they get another try the next day, so that a full disk is not filled more. */
  const failedMs = new Map<string, number>();

  const take = async ({ app, id }: VolumeRecord): Promise<void> => {
    try {
      await volumes.snapshot(app, id);
      failedMs.delete(id);
    } catch (thrown) {
      failedMs.set(id, now());
      log(`daily snapshot of volume ${id}: ${asAppError(thrown).message}`);
    }
  };
  const look = (): void => {
    const nowMs = now();
    for (const snapshot of store.volumes.snapshots()) {
      if (snapshot.state === "destroying" || !isOver(snapshot, nowMs)) continue;
      store.volumes.updateSnapshot(snapshot.id, { state: "destroying" });
      convergence.persist(snapshot.id);
    }
    for (const volume of store.volumes.list()) {
      const failedLately = nowMs - (failedMs.get(volume.id) ?? -Infinity) < DAY_MS;
      if (!failedLately && isSnapshotDue(volume, store.volumes.snapshots(volume.id), nowMs)) void take(volume);
    }
    cancel = timer(LOOK_EVERY_MS, look);
  };
  return {
    start: () => {
      cancel();
      look();
    },
    stop: () => cancel(),
  };
}
