import { describe, expect, test } from "vitest";
import type { WorldMachine, WorldService } from "../../../../src/contract/world.ts";
import { type AutostopView, planAutostop } from "../../../../src/emulator/edge/autostop.ts";
import { createAutostopper } from "../../../../src/emulator/edge/autostopper.ts";
import { createLoadTracker } from "../../../../src/emulator/edge/load.ts";
import { indexWorld } from "../../../../src/emulator/edge/world-index.ts";
import { worldMachine, worldOf } from "../../../support/edge-rig.ts";

const at = (id: string, region = "ams", service: Partial<WorldService> = {}, more: Partial<WorldMachine> = {}) =>
  worldMachine({
    ...{ id, region, address4: "127.0.1.2", port: 8080, concurrency: { type: "requests", softLimit: 2 } },
    service: { autostop: "stop", ...service },
    more: { primaryRegion: "ams", ...more },
  });
const view = (loads: Readonly<Record<string, number>> = {}, more: Partial<AutostopView> = {}): AutostopView => ({
  load: ({ id }) => loads[id] ?? 0,
  isSettled: () => true,
  random: () => 0,
  ...more,
});
const stopped = (machines: WorldMachine[], given: AutostopView): string[] =>
  planAutostop(machines, given).map(({ machine }) => machine.id);

describe("planAutostop", () => {
  test("AS-03: of several running machines one goes where they exceed the busy ones by more than one", () => {
    const three = [at("a"), at("b"), at("c")];
    expect(stopped(three, view())).toEqual(["a"]);
    // 3 − (1 + 1) = 1, and the busy one stays
    expect(stopped(three, view({ a: 2 }))).toEqual(["b"]);
    // 3 − (2 + 1) = 0
    expect(stopped(three, view({ a: 2, b: 5 }))).toEqual([]);
    expect(stopped([at("a"), at("b")], view({ a: 1, b: 1 }))).toEqual(["a"]);
    expect(stopped([at("a"), at("b")], view({ a: 1 }))).toEqual(["b"]);
  });

  test("AS-04: a region's last machine goes only when nothing is in flight there", () => {
    expect(stopped([at("a")], view())).toEqual(["a"]);
    expect(stopped([at("a")], view({ a: 1 }))).toEqual([]);
  });

  test("AS-02: at most one in a pass, for each region", () => {
    const machines = [at("a"), at("b"), at("c"), at("d", "iad"), at("e", "iad")];
    expect(stopped(machines, view())).toEqual(["a", "d"]);
  });

  test("AS-05: two idle machines are both gone after two passes, one with min_machines_running = 1", () => {
    const kept = { minMachinesRunning: 1 };
    expect(stopped([at("a"), at("b")], view())).toEqual(["a"]);
    expect(stopped([at("b")], view())).toEqual(["b"]);
    expect(stopped([at("a", "ams", kept), at("b", "ams", kept)], view())).toEqual(["a"]);
    expect(stopped([at("b", "ams", kept)], view())).toEqual([]);
  });

  test("AS-06: min_machines_running means the primary region only", () => {
    expect(stopped([at("a", "iad", { minMachinesRunning: 1 })], view())).toEqual(["a"]);
  });

  test("AS-09: off, stop, suspend, and off where nothing is said", () => {
    const modes = (["off", "stop", "suspend"] as const).map(
      (autostop) => planAutostop([at("a", "ams", { autostop })], view())[0]?.mode,
    );
    expect(modes).toEqual([undefined, "stop", "suspend"]);
    expect(stopped([worldMachine({ id: "a", region: "ams", address4: "127.0.1.2", port: 1 })], view())).toEqual([]);
  });

  test("AS-01: only what runs is counted, and what has just come up is left alone", () => {
    const down = at("b", "ams", {}, { started: false });
    expect(stopped([at("a"), down], view({ a: 1 }))).toEqual([]);
    expect(stopped([at("a"), at("b")], view({}, { isSettled: ({ id }) => id === "b" }))).toEqual(["b"]);
  });

  test("process groups are counted apart", () => {
    expect(stopped([at("a"), at("w", "ams", {}, { processGroup: "worker" })], view({ a: 1, w: 1 }))).toEqual([]);
  });
});

test("AS-02 AS-07: a pass comes once per period, stops what has been up for one, and counts what is in flight", () => {
  let nowMs = 0;
  const timers: { afterMs: number; run: () => void }[] = [];
  const posts: string[] = [];
  const load = createLoadTracker();
  const lines: string[] = [];
  const autostopper = createAutostopper({
    ...{ load, random: () => 0, monotonicMs: () => nowMs, isWaking: () => false },
    timer: (afterMs, run) => {
      const entry = { afterMs, run };
      timers.push(entry);
      return () => void timers.splice(timers.indexOf(entry), 1);
    },
    post: (path, body) => {
      posts.push(`${path} ${JSON.stringify(body)}`);
      return Promise.resolve({ status: 200 });
    },
    report: (_machine, text) => void lines.push(text),
  });
  expect(timers.map(({ afterMs }) => afterMs)).toEqual([300_000]);
  const world = indexWorld(worldOf(1, ["ams"], [at("a")]));
  autostopper.worldChanged(world, 1_000);
  const pass = (): void => {
    nowMs += 1_000;
    const [next] = timers.splice(0, 1);
    expect(next?.afterMs).toBe(1_000);
    next?.run();
  };
  nowMs = -500;
  pass();
  expect(posts).toEqual([]);
  const leave = load.enter("a", "a:8080");
  pass();
  expect(posts).toEqual([]);
  leave();
  pass();
  expect(posts).toEqual(['/hangar/v1/machines/a/autostop {"mode":"stop"}']);
  expect(lines[0]).toContain("0 of 1 stay up");
  autostopper.close();
  expect(timers).toEqual([]);
});

test("AS-16: a machine that cannot be reached is stopped, where machines may be stopped", () => {
  const posts: string[] = [];
  const lines: string[] = [];
  const autostopper = createAutostopper({
    ...{ load: createLoadTracker(), random: () => 0, monotonicMs: () => 0, isWaking: () => false },
    timer: () => () => undefined,
    post: (path, body) => {
      posts.push(`${path} ${JSON.stringify(body)}`);
      return Promise.resolve({ status: 200 });
    },
    report: ({ id }, text) => void lines.push(`${id}: ${text}`),
  });
  autostopper.lost(at("kept", "ams", { autostop: "off" }));
  expect(posts).toEqual([]);
  autostopper.lost(at("a", "ams", { autostop: "suspend" }));
  expect(posts).toEqual(['/hangar/v1/machines/a/autostop {"mode":"stop"}']);
  expect(lines).toEqual(["a: a cannot be reached any more: stopping it"]);
  autostopper.close();
});
