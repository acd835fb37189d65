import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import {
  createReadyAnchors,
  machinesToReady,
  MOST_WAITING,
  type ReadyAnchors,
} from "../../../../src/emulator/machines/ready-anchors.ts";
import type { MachineRecord } from "../../../../src/emulator/model/records.ts";
import type { ContainerInfo } from "../../../../src/emulator/runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../../../../src/emulator/runtime/labels.ts";
import type { MemoryRuntime } from "../../../../src/emulator/runtime/memory/memory-runtime.ts";
import { createMemoryRig, type MachineRig } from "../../../support/machine-rig.ts";

const QUIET_MS = 6_000;
const LATER_MS = 60_000;

describe("machinesToReady", () => {
  const machine = (id: string, change: Partial<MachineRecord> = {}): MachineRecord => ({
    ...{ id, app: "app", name: id, region: "iad", number: 1, state: "started", desired: "started" },
    ...{ instanceId: "1", config: { image: "runs" }, cordoned: false, restarts: 0, restartWindowStartMs: 0 },
    ...{ restartRequested: false, skipSecrets: false, createdAt: "", updatedAt: "", ...change },
  });
  const container = (
    owner: string,
    change: Partial<ContainerInfo> = {},
    component: "machine" | "anchor" = "machine",
  ): ContainerInfo => ({
    ...{ id: `${owner}-${component}`, name: "", image: "runs", state: "running", networks: ["n"], ...change },
    labels: { ...planetLabels("rig", component, { [LABEL.machine]: owner, [LABEL.instance]: "1" }) },
  });
  const anchor = (owner: string, change: Partial<ContainerInfo> = {}): ContainerInfo =>
    container(owner, { networks: [], ...change }, "anchor");
  const chosen = (machines: readonly MachineRecord[], ...present: ContainerInfo[]): string[] =>
    machinesToReady(machines, present);

  test("takes machines that run in networks of their own, those that have changed last first", () => {
    const machines = [
      machine("a", { updatedAt: "1" }),
      machine("b", { updatedAt: "3" }),
      machine("c", { updatedAt: "2" }),
    ];
    expect(chosen(machines, ...["a", "b", "c"].map((id) => container(id)))).toEqual(["b", "c", "a"]);
  });
  test("takes none that has an anchor, whether it waits or is used", () => {
    expect(chosen([machine("a")], container("a"), anchor("a"))).toEqual([]);
    expect(chosen([machine("a")], container("a", { networks: [] }), anchor("a", { networks: ["n"] }))).toEqual([]);
  });
  test("takes one whose anchor has ended", () => {
    expect(chosen([machine("a")], container("a"), anchor("a", { state: "exited" }))).toEqual(["a"]);
  });
  test.each<[string, Partial<MachineRecord>]>([
    ["is to be restarted", { restartRequested: true }],
    ["is to be stopped", { desired: "stopped" }],
    ["is stopped", { desired: "stopped", state: "stopped" }],
    ["starts", { state: "starting" }],
    ["has another version than the one that runs", { instanceId: "2" }],
    ["goes when its program ends", { config: { image: "runs", auto_destroy: true } }],
    [
      "has several programs",
      {
        config: {
          image: "runs",
          containers: [
            { name: "a", image: "b" },
            { name: "c", image: "b" },
          ],
        },
      },
    ],
  ])("takes none that %s", (_what, change) => {
    expect(chosen([machine("a", change)], container("a"))).toEqual([]);
  });
  test("takes none whose program does not run, or is not there", () => {
    expect(chosen([machine("a")], container("a", { state: "exited" }))).toEqual([]);
    expect(chosen([machine("a")])).toEqual([]);
  });
  test("lets no more than so many wait; used ones do not count", () => {
    const ids = Array.from({ length: MOST_WAITING + 2 }, (_, index) => `m${index}`);
    const machines = ids.map((id) => machine(id));
    const running = ids.map((id) => container(id));
    expect(chosen(machines, ...running)).toHaveLength(MOST_WAITING);
    const waiting = ids.slice(0, MOST_WAITING - 1).map((id) => anchor(id));
    expect(chosen(machines, ...running, ...waiting)).toHaveLength(1);
    const used = anchor("used", { networks: ["n"] });
    expect(chosen(machines, ...running, ...waiting, used)).toHaveLength(1);
    expect(chosen(machines, ...running, ...waiting, anchor(ids.at(-1)!))).toEqual([]);
    expect(chosen(machines, ...running, ...ids.slice(1).map((id) => anchor(id)))).toEqual([]);
  });
});

describe("the anchors' component", () => {
  let rig: MachineRig<MemoryRuntime>;
  let ids: string[];
  let anchors: ReadyAnchors;
  let pending: { readonly afterMs: number; readonly run: () => void } | undefined;
  let during: () => void;

  /** Has the time of the next look come; what it does is over when this resolves. */
  const pass = async (): Promise<void> => {
    const due = pending;
    pending = undefined;
    due?.run();
    await vi.waitUntil(() => pending !== undefined, { timeout: 20_000, interval: 1 });
  };
  const anchored = async (): Promise<number> =>
    (await rig.runtime.listContainers(planetLabels("rig", "anchor"))).length;

  beforeEach(async () => {
    rig = await createMemoryRig({ runs: { kind: "runs" }, planet: { kind: "runs" } });
    ids = [rig.add({}), rig.add({})];
    for (const id of ids) await rig.supervisor.converge(id);
    [pending, during] = [undefined, () => undefined];
    anchors = createReadyAnchors({
      ...{ planet: "rig", store: rig.store, runtime: rig.runtime },
      readyAnchor: async (id) => {
        during();
        await rig.supervisor.readyAnchor(id);
      },
      timer: (afterMs, run) => {
        const mine = { afterMs, run };
        pending = mine;
        return () => {
          if (pending === mine) pending = undefined;
        };
      },
      log: (text) => void rig.logged.push(text),
    });
  });
  afterEach(() => {
    anchors.stop();
    rig.close();
  });

  test("does nothing before it is started and after it is stopped", () => {
    anchors.follow();
    expect(pending).toBeUndefined();
    anchors.start();
    expect(pending?.afterMs).toBe(QUIET_MS);
    anchors.stop();
    anchors.follow();
    expect(pending).toBeUndefined();
  });
  test("makes all of them ready when it has been quiet, and looks again much later", async () => {
    anchors.start();
    await pass();
    expect(await anchored()).toBe(2);
    expect(pending?.afterMs).toBe(LATER_MS);
  });
  test("begins to wait anew with each change", () => {
    anchors.start();
    const first = pending;
    anchors.follow();
    expect(pending).not.toBe(first);
    expect(pending?.afterMs).toBe(QUIET_MS);
  });
  test("leaves the rest for the next quiet time where something changes meanwhile", async () => {
    during = () => anchors.follow();
    anchors.start();
    await pass();
    expect(await anchored()).toBe(1);
    expect(pending?.afterMs).toBe(QUIET_MS);
    during = () => undefined;
    await pass();
    expect(await anchored()).toBe(2);
    expect(pending?.afterMs).toBe(LATER_MS);
  });
  test("says why it could not make one, touches no machine for that, and tries later", async () => {
    const before = ids.map((id) => [rig.machine(id), rig.store.events(id)]);
    rig.runtime.control.failNext("createContainer", new AppError("DOCKER_FAILED", "not now"));
    anchors.start();
    await pass();
    expect(rig.logged.join("\n")).toContain("not now");
    expect(pending?.afterMs).toBe(LATER_MS);
    expect(ids.map((id) => [rig.machine(id), rig.store.events(id)])).toEqual(before);
    await pass();
    expect(await anchored()).toBe(2);
  });
});
