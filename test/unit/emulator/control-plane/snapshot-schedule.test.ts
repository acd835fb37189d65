import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { createSnapshotSchedule, isSnapshotDue } from "../../../../src/emulator/control-plane/snapshot-schedule.ts";
import { openStore } from "../../../../src/emulator/control-plane/store/store.ts";
import { createVolumeConvergence } from "../../../../src/emulator/control-plane/volume-convergence.ts";
import { createVolumes } from "../../../../src/emulator/control-plane/volumes.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import type { SnapshotRecord, VolumeRecord } from "../../../../src/emulator/model/records.ts";
import { createMemoryRuntime } from "../../../../src/emulator/runtime/memory/memory-runtime.ts";
import { waitUntil } from "../../../../src/platform/clock.ts";
import { createTestClock } from "../../../support/test-clock.ts";

const DAY_MS = 86_400_000;
const CREATED_MS = Date.parse("2026-01-01T10:00:00.000Z");
const iso = (ms: number): string => new Date(ms).toISOString();

test("one snapshot is due each day after the first, also when nobody looked for a while", () => {
  const volume = { state: "created", autoBackup: true, createdAt: iso(CREATED_MS) } as VolumeRecord;
  const taken = (afterMs: number): SnapshotRecord => ({ createdAt: iso(CREATED_MS + afterMs) }) as SnapshotRecord;
  const due = (snapshots: SnapshotRecord[], afterMs: number, change: Partial<VolumeRecord> = {}): boolean =>
    isSnapshotDue({ ...volume, ...change }, snapshots, CREATED_MS + afterMs);
  expect(due([], DAY_MS - 1)).toBe(false);
  expect(due([], DAY_MS)).toBe(true);
  expect(due([], 9 * DAY_MS)).toBe(true);
  expect(due([taken(DAY_MS + 1_000)], 2 * DAY_MS - 1)).toBe(false);
  expect(due([taken(DAY_MS + 1_000)], 2 * DAY_MS)).toBe(true);
  expect(due([], DAY_MS, { autoBackup: false })).toBe(false);
  expect(due([], DAY_MS, { state: "destroying" })).toBe(false);
});

/** A planet's volumes, whose time passes when the test says so. */
function arrange() {
  const clock = createTestClock(CREATED_MS);
  const runtime = createMemoryRuntime({ clock, images: { worker: { kind: "runs" } } });
  const store = openStore(":memory:");
  const logged: string[] = [];
  const looks: (() => void)[] = [];
  const log = (text: string): void => void logged.push(text);
  const now = clock.now;
  // what is due later happens when the test looks again
  const timer = (_: number, run: () => void): (() => void) => {
    looks.push(run);
    return () => undefined;
  };
  const convergence = createVolumeConvergence({
    ...{ planet: "p", store, runtime, workerImage: "worker", now, timer, random: randomBytes, log },
  });
  const volumes = createVolumes({
    ...{ planet: { name: "p", block: 0, home: "iad" }, store, convergence, now, random: randomBytes },
    requireRegion: () => undefined,
  });
  const schedule = createSnapshotSchedule({ store, volumes, convergence, now, timer, log });
  const settled = (what: string, holds: () => boolean): Promise<true> =>
    waitUntil(() => (holds() ? true : undefined), { what, deadlineMs: 2_000, intervalMs: 5 });
  return { clock, runtime, store, volumes, logged, settled, look: () => schedule.start() };
}

test("they are taken by themselves, and go when their retention is over", async () => {
  const { clock, store, volumes, settled, look } = arrange();
  const { id } = await volumes.create("a", { name: "data", snapshot_retention: 2 });
  const states = (): string[] => store.volumes.snapshots(id).map(({ state }) => state);
  look();
  expect(states()).toEqual([]);
  for (const days of [1, 2, 3]) {
    clock.advance(DAY_MS);
    look();
    look();
    await settled("the day's snapshot", () => states().length === days && states().every((one) => one === "created"));
  }
  clock.advance(DAY_MS);
  look();
  await settled("the oldest to be gone", () => states().length === 3 && states().every((one) => one === "created"));
  expect(store.volumes.snapshots(id).map(({ createdAt }) => createdAt)).toEqual(
    [4, 3, 2].map((days) => iso(CREATED_MS + days * DAY_MS)),
  );
});

test("one that fails is told and not tried again before the next day", async () => {
  const { clock, runtime, store, volumes, logged, settled, look } = arrange();
  const { id } = await volumes.create("a", { name: "data" });
  clock.advance(DAY_MS);
  runtime.control.failNext("copyVolume", new AppError("DISK_FULL", "no room"));
  look();
  await settled("the failure", () => logged.length > 0 && store.volumes.snapshots(id).length === 0);
  expect(logged).toEqual([`daily snapshot of volume ${id}: no room`]);
  clock.advance(60_000);
  look();
  expect(store.volumes.snapshots(id)).toEqual([]);
  clock.advance(DAY_MS);
  look();
  await settled("the next day's", () => store.volumes.snapshots(id)[0]?.state === "created");
});
