import { expect, test } from "vitest";
import { createVolumeUsage } from "../../../../src/emulator/control-plane/volume-usage.ts";
import type { VolumeRecord } from "../../../../src/emulator/model/records.ts";

const volume: VolumeRecord = {
  ...{ id: "vol_1", app: "app", name: "data", region: "iad", zone: "z", sizeGb: 1, state: "created" },
  ...{ encrypted: true, fstype: "ext4", snapshotRetention: 5, autoBackup: true, createdAt: "", updatedAt: "" },
};

function rig() {
  const state = { nowMs: 0, bytes: 10, asked: 0, fails: false };
  const logged: string[] = [];
  const usage = createVolumeUsage({
    usage: async (ids) => {
      state.asked += 1;
      if (state.fails) throw new Error("no engine");
      return new Map(ids.map((id) => [id, state.bytes]));
    },
    now: () => state.nowMs,
    log: (text) => void logged.push(text),
  });
  return { state, logged, usage };
}

test("a volume is measured again when the last time is a while ago", async () => {
  const { state, usage } = rig();
  expect(usage.known("vol_1")).toBeUndefined();
  expect(await usage.fresh(volume)).toBe(10);
  state.bytes = 20;
  state.nowMs = 4_999;
  expect(await usage.fresh(volume)).toBe(10);
  state.nowMs = 5_000;
  expect(await usage.fresh(volume)).toBe(20);
  expect(usage.known("vol_1")).toBe(20);
  expect(state.asked).toBe(2);
});

test("one that is not there yet, or no more, is not measured", async () => {
  const { state, usage } = rig();
  expect(await usage.fresh({ ...volume, state: "hydrating" })).toBeUndefined();
  expect(await usage.fresh({ ...volume, state: "destroyed" })).toBeUndefined();
  expect(state.asked).toBe(0);
});

test("what was known stays known when the engine cannot say", async () => {
  const { state, logged, usage } = rig();
  await usage.measure(["vol_1"]);
  Object.assign(state, { fails: true, nowMs: 60_000 });
  expect(await usage.fresh(volume)).toBe(10);
  expect(logged).toEqual(["volume vol_1: no engine"]);
});
