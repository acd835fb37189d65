import { describe, expect, test } from "vitest";
import type { WorldMachine, WorldService } from "../../../../src/contract/world.ts";
import { RECENTLY_STOPPED_MS } from "../../../../src/emulator/edge/balance.ts";
import { route, type RouteView, type Wish } from "../../../../src/emulator/edge/route.ts";
import { indexWorld } from "../../../../src/emulator/edge/world-index.ts";
import { worldMachine, worldOf } from "../../../support/edge-rig.ts";

const NOW_MS = 10_000_000;
const LIMITS = { type: "requests" as const, softLimit: 2, hardLimit: 4 };
const at = (id: string, region: string, more: Partial<WorldMachine> = {}, service: Partial<WorldService> = {}) =>
  worldMachine({
    id,
    region,
    address4: "127.0.1.2",
    port: 8080,
    concurrency: LIMITS,
    service: { autostart: true, ...service },
    more,
  });
const asleep = (id: string, region: string, more: Partial<WorldMachine> = {}, service: Partial<WorldService> = {}) =>
  at(id, region, { started: false, state: "stopped", stoppedAtMs: 0, ...more }, service);

const decide = (
  machines: WorldMachine[],
  loads: Readonly<Record<string, number>> = {},
  more: Partial<RouteView> & { wish?: Wish } = {},
): string => {
  const { wish, ...rest } = more;
  const view: RouteView = {
    world: indexWorld(worldOf(1, ["ams", "iad", "nrt"], machines)),
    load: (key) => loads[key.split(":")[0]!] ?? 0,
    ...{ isHealthy: () => true, isWaking: () => false, excluded: new Set(), random: () => 0, nowMs: () => NOW_MS },
    ...rest,
  };
  const decision = route({ app: "my-app", wish }, view, "ams");
  return "backend" in decision
    ? `${decision.kind} ${decision.backend.machine.id}`
    : `${decision.kind} ${"code" in decision ? decision.code : ""}`;
};

describe("autostart", () => {
  test("AS-10: a stopped or suspended machine of the region is started when none there is below its soft limit", () => {
    expect(decide([asleep("s", "ams")])).toBe("wake s");
    expect(decide([asleep("s", "ams", { state: "suspended" })])).toBe("wake s");
    expect(decide([at("a", "ams"), asleep("s", "ams")], { a: 1 })).toBe("forward a");
    expect(decide([at("a", "ams"), asleep("s", "ams")], { a: 2 })).toBe("wake s");
    expect(decide([at("a", "iad"), asleep("s", "ams")])).toBe("wake s");
  });

  test("AS-10: requests that come while a machine is being started wait for that one", () => {
    const machines = [asleep("s", "ams"), asleep("t", "ams")];
    expect(decide(machines, {}, { isWaking: (id) => id === "t" })).toBe("wake t");
    expect(decide([at("s", "ams"), asleep("t", "ams")], {}, { isWaking: (id) => id === "s" })).toBe("wake s");
  });

  test("ER-08: nothing is started without autostart, nor when cordoned or failed", () => {
    expect(decide([asleep("s", "ams", {}, { autostart: false })])).toBe("unavailable no-machine");
    expect(decide([asleep("s", "ams", { cordoned: true })])).toBe("unavailable no-machine");
    expect(decide([asleep("s", "ams", { state: "failed" })])).toBe("unavailable no-machine");
    expect(decide([asleep("s", "ams", { state: "destroying" })])).toBe("unavailable no-machine");
  });

  test("ER-03: what stopped less than five minutes ago is started only where nothing else can take the request", () => {
    const recent = { stoppedAtMs: NOW_MS - RECENTLY_STOPPED_MS + 1 };
    expect(decide([asleep("s", "ams", recent)])).toBe("wake s");
    expect(decide([asleep("s", "ams", recent), at("a", "iad")])).toBe("forward a");
    expect(decide([asleep("s", "ams", recent), asleep("t", "ams")])).toBe("wake t");
    expect(decide([asleep("s", "ams", { stoppedAtMs: NOW_MS - RECENTLY_STOPPED_MS }), at("a", "iad")])).toBe("wake s");
  });

  test("ER-02: one that did not come up is left out", () => {
    const machines = [asleep("s", "ams"), at("a", "iad")];
    expect(decide(machines, {}, { excluded: new Set(["s"]) })).toBe("forward a");
  });

  test("AS-13: a machine that is asked for by name is started, one of a wished region too", () => {
    const machines = [at("a", "ams"), asleep("s", "nrt")];
    expect(decide(machines, {}, { wish: { instance: "s", onlyInstance: true, onlyRegions: false } })).toBe("wake s");
    const regions = [(code: string) => code === "nrt"];
    expect(decide(machines, {}, { wish: { regions, onlyInstance: false, onlyRegions: true } })).toBe("wake s");
  });
});
