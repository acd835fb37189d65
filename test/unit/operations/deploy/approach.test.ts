import { expect, test } from "vitest";
import { approach } from "../../../../src/operations/deploy/approach.ts";
import type { DeployTarget } from "../../../../src/operations/deploy/deploy-types.ts";

const APP = "my-app";

/** A target that has the app or not, and counts how often its machines are looked at. */
function rig(exists: () => Promise<boolean>) {
  let nowMs = 0;
  let looks = 0;
  const fleet = {
    machines: () => Promise.resolve([{ id: `look ${(looks += 1)}` }]),
    volumes: () => Promise.resolve([]),
    releases: () => Promise.resolve([]),
  };
  const target = { apps: { exists }, fleetOf: () => fleet } as unknown as DeployTarget;
  const clock = { monotonic: () => nowMs } as Parameters<typeof approach>[2]["clock"];
  const near = approach(target, APP, { clock, newKey: () => "key" });
  return {
    seen: async () => (await near.seen())?.machines.map(({ id }) => id),
    pass: (ms: number) => void (nowMs += ms),
  };
}

test("what was seen a moment ago counts, and what was seen before a long build does not", async () => {
  const { seen, pass } = rig(() => Promise.resolve(true));
  pass(1_000);
  expect(await seen()).toEqual(["look 1"]);
  expect(await seen()).toEqual(["look 1"]);
  pass(1);
  expect(await seen()).toEqual(["look 2"]);
});

test("an app that is not there is not looked at", async () => {
  const { seen } = rig(() => Promise.resolve(false));
  expect(await seen()).toBeUndefined();
});

test("a look that failed says why, and one that failed during a long build is tried again", async () => {
  let tries = 0;
  const once = rig(() => ((tries += 1) === 1 ? Promise.reject(new Error("away")) : Promise.resolve(true)));
  await expect(once.seen()).rejects.toThrow("away");
  expect(tries).toBe(1);
  once.pass(1_001);
  expect(await once.seen()).toEqual(["look 1"]);
});
