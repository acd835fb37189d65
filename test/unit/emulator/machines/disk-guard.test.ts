import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { createDiskGuard, overrunsOf, ROOT_BYTES } from "../../../../src/emulator/machines/disk-guard.ts";
import type { MemoryRuntime } from "../../../../src/emulator/runtime/memory/memory-runtime.ts";
import { createMemoryRig, type MachineRig } from "../../../support/machine-rig.ts";

const GIB = 1024 ** 3;

describe("overrunsOf", () => {
  const machines = [
    { id: "a", volumes: [{ id: "vol_a", sizeGb: 1 }] },
    { id: "b", volumes: [{ id: "vol_b", sizeGb: 2 }] },
    { id: "c", volumes: [] },
  ];
  const of = (used: Record<string, number>, before: Record<string, number> = {}) =>
    overrunsOf(machines, new Map(Object.entries(used)), new Map(Object.entries(before)));

  test("names the machine whose volume holds more than its size", () => {
    expect(of({ vol_a: GIB, vol_b: GIB + 1 })).toEqual([]);
    expect(of({ vol_a: GIB + 1, vol_b: GIB + 1 })).toEqual([
      { machine: "a", volume: "vol_a", bytesUsed: GIB + 1, bytesTotal: GIB },
    ]);
  });
  test("names the machine that has written more beside its volumes than a machine has", () => {
    expect(of({ a: ROOT_BYTES, c: ROOT_BYTES + 1 })).toEqual([
      { machine: "c", bytesUsed: ROOT_BYTES + 1, bytesTotal: ROOT_BYTES },
    ]);
  });
  test("leaves alone what is beyond it and does not grow", () => {
    expect(of({ vol_a: 2 * GIB }, { vol_a: 2 * GIB })).toEqual([]);
    expect(of({ vol_a: GIB + 1 }, { vol_a: 2 * GIB })).toEqual([]);
    expect(of({ vol_a: 2 * GIB + 1 }, { vol_a: 2 * GIB })).toHaveLength(1);
  });
});

describe("the guard", () => {
  let rig: MachineRig<MemoryRuntime>;
  let id: string;
  let free: number;
  let measured: number;
  let used: number;
  let tick: () => Promise<void>;
  let stop: () => void;

  beforeEach(async () => {
    rig = await createMemoryRig({ runs: { kind: "runs" } });
    id = rig.add({ restart: { policy: "no" } });
    await rig.supervisor.converge(id);
    rig.store.volumes.insert({
      ...{ id: "vol_1", app: "app", name: "data", region: "iad", zone: "z", sizeGb: 1, state: "created" },
      ...{ encrypted: true, fstype: "ext4", snapshotRetention: 5, autoBackup: true, machine: id },
      ...{ createdAt: new Date(0).toISOString(), updatedAt: new Date(0).toISOString() },
    });
    [free, measured, used] = [100 * GIB, 0, 0];
    let next: (() => void) | undefined;
    let looked = Promise.withResolvers<void>();
    const guard = createDiskGuard({
      ...{ planet: "rig", store: rig.store, runtime: rig.runtime, journal: rig.journal },
      freeBytes: () => Promise.resolve(free),
      volumeUsage: (ids) => {
        measured += 1;
        return Promise.resolve(new Map(ids.map((one) => [one, used])));
      },
      timer: (_afterMs, run) => {
        next = run;
        looked.resolve();
        return () => (next = undefined);
      },
      log: (text) => void rig.logged.push(text),
    });
    tick = async () => {
      looked = Promise.withResolvers<void>();
      next?.();
      await looked.promise;
    };
    stop = guard.stop;
    guard.start();
    await looked.promise;
  });
  afterEach(() => {
    stop();
    rig.close();
  });

  const events = (): string[] => rig.store.events(id).map(({ type }) => type);

  test("measures nothing while the disk does not fill", async () => {
    free -= GIB / 16;
    await tick();
    free += GIB;
    await tick();
    expect(measured).toBe(0);
  });

  test("ends a machine whose volume is full, with an event that says so, and not another time", async () => {
    [free, used] = [free - 2 * GIB, 2 * GIB];
    await tick();
    expect(events()).toContain("disk_full");
    expect(rig.store.events(id).find(({ type }) => type === "disk_full")?.request).toEqual({
      ...{ volume: "vol_1", bytes_used: 2 * GIB, bytes_total: GIB },
    });
    expect(rig.logged.join("\n")).toContain("vol_1 is full");
    expect(Object.values(await rig.containers(id))).toEqual(["exited"]);
    free -= 2 * GIB;
    await tick();
    expect(events().filter((type) => type === "disk_full")).toHaveLength(1);
  });

  test("goes on looking when the engine refuses", async () => {
    rig.runtime.control.failNext("writtenBytes", new AppError("DOCKER_FAILED", "not now"));
    [free, used] = [free - 2 * GIB, 2 * GIB];
    await tick();
    expect(rig.logged.join("\n")).toContain("not now");
    expect(events()).not.toContain("disk_full");
    free -= 2 * GIB;
    await tick();
    expect(events()).toContain("disk_full");
  });
});
