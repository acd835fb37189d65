import { expect, test } from "vitest";
import type { UpstreamPool } from "../../../../src/emulator/edge/http1/upstream-connection.ts";
import { planWarmTargets } from "../../../../src/emulator/edge/warm-targets.ts";
import { indexWorld } from "../../../../src/emulator/edge/world-index.ts";
import { worldMachine, worldOf } from "../../../support/edge-rig.ts";

const POOL: UpstreamPool = { take: () => undefined, put: () => undefined, forget: () => undefined };
const at = (id: string, region: string, app = "my-app") =>
  worldMachine({ id, region, app, address4: "127.0.1.2", port: 8080 });

test("a way is kept open from each region to the one that serves it, once for all apps", () => {
  const world = indexWorld(
    worldOf(1, ["ams", "iad", "nrt"], [at("a", "ams"), at("n", "nrt"), at("o", "ams", "other")]),
  );
  const keys = (isHealthy: (id: string) => boolean): string[] =>
    planWarmTargets(world, ({ id }) => isHealthy(id), 4282, POOL)
      .map(({ key }) => key)
      .toSorted();
  expect(keys(() => true)).toEqual(["iad ams", "nrt ams"]);
  expect(keys((id) => id !== "a")).toEqual(["ams nrt", "iad ams", "iad nrt", "nrt ams"]);
  expect(keys(() => false)).toEqual([]);
});
