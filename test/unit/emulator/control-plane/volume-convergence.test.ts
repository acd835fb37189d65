import { randomBytes } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { type Store, openStore } from "../../../../src/emulator/control-plane/store/store.ts";
import {
  createVolumeConvergence,
  type VolumeConvergence,
} from "../../../../src/emulator/control-plane/volume-convergence.ts";
import type { SnapshotRecord, VolumeRecord } from "../../../../src/emulator/model/records.ts";
import { createMemoryRuntime, type MemoryRuntime } from "../../../../src/emulator/runtime/memory/memory-runtime.ts";
import { LABEL, names, planetLabels } from "../../../../src/emulator/runtime/labels.ts";
import { systemClock, systemTimer, waitUntil } from "../../../../src/platform/clock.ts";

const PLANET = "p";
const AT = "2026-01-01T00:00:00.000Z";
const engineName = (id: string): string => names.volume(PLANET, id);
const volume = (id: string, change: Partial<VolumeRecord>): VolumeRecord => ({
  ...{ id, app: "a", name: "data", region: "iad", zone: "z", sizeGb: 1, state: "created", encrypted: true },
  ...{ fstype: "ext4", snapshotRetention: 5, autoBackup: true, createdAt: AT, updatedAt: AT },
  ...change,
});
const snapshot = (id: string, change: Partial<SnapshotRecord>): SnapshotRecord => ({
  ...{ id, volume: "vol_1", state: "created", bytes: 0, sizeGb: 1, retentionDays: 5, createdAt: AT },
  ...change,
});

let store: Store;
let runtime: MemoryRuntime;
let convergence: VolumeConvergence;
/** A control that has just been started. */
const startControl = (): VolumeConvergence =>
  createVolumeConvergence({
    ...{ planet: PLANET, store, runtime, workerImage: "worker", now: systemClock.now, timer: systemTimer },
    ...{ random: randomBytes, log: () => undefined },
  });
const engineVolumes = (): Promise<string[]> => runtime.listVolumes({});
const until = (what: string, holds: () => boolean): Promise<true> =>
  waitUntil(() => (holds() ? true : undefined), { what, deadlineMs: 5_000, intervalMs: 5 });

beforeEach(async () => {
  store = openStore(":memory:");
  runtime = createMemoryRuntime({ clock: systemClock, images: { worker: { kind: "runs" } } });
  convergence = startControl();
  await runtime.createVolume(engineName("vol_1"), planetLabels(PLANET, "volume", { [LABEL.volume]: "vol_1" }));
});

describe("after control was killed", () => {
  test("a fork is finished before its source goes, whose end somebody wanted meanwhile", async () => {
    store.volumes.insert(volume("vol_1", { state: "destroying" }));
    store.volumes.insert(volume("vol_2", { state: "hydrating", source: "vol_1" }));
    await convergence.reconcile();
    await until("the fork to be there", () => store.volumes.get("vol_2")?.state === "created");
    await until("the source to be gone", () => store.volumes.get("vol_1")?.state === "destroyed");
    expect(await engineVolumes()).toEqual([engineName("vol_2")]);
  });

  test("so are a snapshot, and what is restored from one that is over", async () => {
    store.volumes.insert(volume("vol_1", { state: "destroying" }));
    store.volumes.insertSnapshot(snapshot("vs_1", { state: "running" }));
    store.volumes.insertSnapshot(snapshot("vs_2", { state: "destroying" }));
    store.volumes.insert(volume("vol_3", { state: "hydrating", source: "vs_2" }));
    await runtime.createVolume(engineName("vs_2"), planetLabels(PLANET, "volume"));
    await convergence.reconcile();
    await until("the snapshot to be there", () => store.volumes.snapshot("vs_1")?.state === "created");
    await until("the other one to be gone", () => store.volumes.snapshot("vs_2") === undefined);
    await until("the source to be gone", () => store.volumes.get("vol_1")?.state === "destroyed");
    expect((await engineVolumes()).toSorted()).toEqual([engineName("vol_3"), engineName("vs_1")]);
  });

  test("containers at work for it are removed, but for copies that are wanted, and none of the present one", async () => {
    const worker = (name: string, run: string, target: Record<string, string> = {}): Promise<string> =>
      runtime.createContainer({
        ...{ name, image: "worker", networks: [] },
        labels: planetLabels(PLANET, "worker", { [LABEL.run]: run, ...target }),
      });
    await worker("old", "run_before");
    await worker("copies what is there", "run_before", { [LABEL.volume]: "vol_1" });
    await worker("copies what is wanted", "run_before", { [LABEL.volume]: "vol_3" });
    const copying = runtime.copyVolume;
    let labels: Readonly<Record<string, string>> = {};
    runtime.copyVolume = (from, to, by) => {
      ({ labels } = by);
      return copying(from, to, by);
    };
    store.volumes.insert(volume("vol_1", {}));
    store.volumes.insert(volume("vol_2", { state: "hydrating", source: "vol_1" }));
    await convergence.step("vol_2");
    expect(labels[LABEL.volume]).toBe("vol_2");
    await worker("present", labels[LABEL.run] ?? "");
    store.volumes.insert(volume("vol_3", { state: "hydrating", source: "vol_1" }));
    await convergence.reconcile();
    const left = await runtime.listContainers(planetLabels(PLANET, "worker"));
    expect(left.map(({ name }) => name).toSorted()).toEqual(["copies what is wanted", "present"]);
  });

  test("volumes without a row are removed, those of its rows are made", async () => {
    store.volumes.insert(volume("vol_4", { state: "creating" }));
    await convergence.reconcile();
    await until("the volume to be there", () => store.volumes.get("vol_4")?.state === "created");
    expect(await engineVolumes()).toEqual([engineName("vol_4")]);
  });
});

test("a copy that was cut short keeps nothing that its source has no more", async () => {
  store.volumes.insert(volume("vol_1", {}));
  store.volumes.insert(volume("vol_2", { state: "hydrating", source: "vol_1" }));
  const writer = await runtime.createContainer({
    ...{ name: "w", image: "worker", networks: [], labels: {} },
    mounts: [{ volume: engineName("vol_2"), target: "/data" }],
  });
  await runtime.startContainer(writer);
  await runtime.putFiles(writer, [{ path: "/data/old", content: "old", mode: 0o644 }]);
  await runtime.removeContainer(writer);
  await convergence.step("vol_2");
  expect(await convergence.usage(["vol_2"])).toEqual(new Map([["vol_2", 0]]));
});
