// An anchor that was made ready and waits without a network, on the in-memory engine: it is in nobody's way, a replacement
// uses it, and it goes with the run of its machine.
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MachineConfig } from "../../src/contract/machine.ts";
import { event } from "../../src/emulator/machines/state-journal.ts";
import { ulid } from "../../src/emulator/model/ids.ts";
import type { MachineRecord } from "../../src/emulator/model/records.ts";
import type { MemoryRuntime } from "../../src/emulator/runtime/memory/memory-runtime.ts";
import { createMemoryRig, type MachineRig } from "../support/machine-rig.ts";

const BOTH = { "": "running", network: "running" };
let rig: MachineRig<MemoryRuntime>;
let id: string;
let anchor: string;

/** A machine that runs, and what was made ready for it. */
const ready = async (config: Partial<MachineConfig> = {}): Promise<void> => {
  id = rig.add({ restart: { policy: "on-failure" }, ...config });
  await rig.supervisor.converge(id);
  await rig.supervisor.readyAnchor(id);
  anchor = await rig.containerId(id, "network");
};
beforeEach(async () => {
  rig = await createMemoryRig({ runs: { kind: "runs" }, planet: { kind: "runs" } });
  await ready();
});
afterEach(() => {
  vi.restoreAllMocks();
  rig.close();
});

const update = (change: Partial<Pick<MachineRecord, "config">> = {}): Promise<void> =>
  rig.want(
    id,
    { instanceId: ulid(Date.now(), randomBytes), state: "replacing", ...change },
    event("update", "replacing", "user"),
  );
const networksOf = async (container: string): Promise<readonly string[] | undefined> =>
  (await rig.runtime.inspectContainer(container))?.networks;
/** The anchor waits still, beside the program that had its own network before. */
const expectWaiting = async (program: string): Promise<void> => {
  expect(await rig.containers(id)).toEqual(BOTH);
  expect([await rig.containerId(id), await rig.containerId(id, "network")]).toEqual([program, anchor]);
  expect([await networksOf(program), await networksOf(anchor)]).toEqual([["hangar-rig-iad"], []]);
};

test("it waits without a network, and nothing is seen of it", async () => {
  const other = rig.add({});
  await rig.supervisor.converge(other);
  const [before, program] = [rig.machine(other), await rig.containerId(other)];
  const events = rig.store.events(other);
  const starts = vi.spyOn(rig.runtime, "startContainer");
  await rig.supervisor.readyAnchor(other);
  expect(starts.mock.calls.map(([container]) => container)).toEqual([await rig.containerId(other, "network")]);
  expect(await rig.containerId(other)).toBe(program);
  expect(rig.machine(other)).toEqual(before);
  expect(rig.store.events(other)).toEqual(events);
  await expectWaiting(await rig.containerId(id));
});
test("a replacement uses it, and makes none", async () => {
  const [creates, connects] = [vi.spyOn(rig.runtime, "createContainer"), vi.spyOn(rig.runtime, "connect")];
  await update();
  expect(await rig.containers(id)).toEqual(BOTH);
  expect(await rig.containerId(id, "network")).toBe(anchor);
  expect(await networksOf(await rig.containerId(id))).toEqual([]);
  expect(await networksOf(anchor)).toEqual(["hangar-rig-iad"]);
  expect(creates).toHaveBeenCalledOnce();
  expect(connects).toHaveBeenCalledOnce();
});
test("so does a restart that gives the program new files", async () => {
  await rig.want(id, { restartRequested: true });
  expect(await rig.containers(id)).toEqual(BOTH);
  expect(await rig.containerId(id, "network")).toBe(anchor);
  expect(await networksOf(anchor)).toEqual(["hangar-rig-iad"]);
});
test("a restart that keeps the program's files leaves it waiting", async () => {
  await ready({ rootfs: { persist: "restart" } });
  const program = await rig.containerId(id);
  const restarted = rig.states(id);
  await rig.want(id, { restartRequested: true });
  expect(rig.states(id).slice(restarted.length)).toEqual(["restarting", "starting", "started"]);
  await expectWaiting(program);
});
test("a new version of several programs uses it", async () => {
  const containers = ["a", "b"].map((name) => ({ name, image: "runs" }));
  await update({ config: { image: "runs", containers } });
  expect(await rig.containers(id)).toEqual({ a: "running", b: "running", network: "running" });
  expect(await rig.containerId(id, "network")).toBe(anchor);
});
test("a program that crashes starts again in its own network, and it waits on", async () => {
  const program = await rig.containerId(id);
  const starts = vi.spyOn(rig.runtime, "startContainer");
  rig.runtime.control.exit(program, 1);
  await expect.poll(() => starts.mock.calls.length).toBe(1);
  await rig.supervisor.idle();
  await expectWaiting(program);
});
test("where it ends, its program is not started anew; the next one takes its place", async () => {
  const [program, starts] = [await rig.containerId(id), vi.spyOn(rig.runtime, "startContainer")];
  const [inspects, before] = [vi.spyOn(rig.runtime, "inspectContainer"), rig.machine(id)];
  rig.runtime.control.exit(anchor, 137);
  await expect.poll(() => inspects.mock.calls.flat()).toContain(anchor);
  await rig.supervisor.idle();
  expect(rig.machine(id)).toEqual(before);
  expect(await rig.containers(id)).toEqual({ "": "running", network: "exited" });
  expect(starts).not.toHaveBeenCalled();
  await rig.supervisor.readyAnchor(id);
  expect(await rig.containerId(id, "network")).not.toBe(anchor);
  anchor = await rig.containerId(id, "network");
  await expectWaiting(program);
});
test("where it has ended, a replacement starts it", async () => {
  rig.runtime.control.exit(anchor, 137);
  await update();
  expect(await rig.containers(id)).toEqual(BOTH);
  expect(await networksOf(anchor)).toEqual(["hangar-rig-iad"]);
});
test("it goes before its machine is stopped, which a start finds as if it had never been there", async () => {
  const program = await rig.containerId(id);
  await rig.want(id, { desired: "stopped" });
  expect(await rig.containers(id)).toEqual({ "": "exited" });
  const removes = vi.spyOn(rig.runtime, "removeContainer");
  await rig.want(id, { desired: "started" });
  expect(await rig.containers(id)).toEqual({ "": "running" });
  expect(removes.mock.calls).toEqual([[program]]);
});
test("it goes with a program that has come to its end by itself", async () => {
  rig.runtime.control.exit(await rig.containerId(id), 0);
  await rig.wait(id, "stopped");
  await rig.supervisor.idle();
  expect(await rig.containers(id)).toEqual({ "": "exited" });
});
test("a machine is suspended and resumed beside it", async () => {
  const program = await rig.containerId(id);
  await rig.want(id, { desired: "suspended" });
  expect(await rig.containers(id)).toEqual({ "": "paused", network: "running" });
  await rig.want(id, { desired: "started" });
  await expectWaiting(program);
});
test("it goes when the machine is destroyed", async () => {
  await rig.want(id, { desired: "destroyed" });
  expect(await rig.containers(id)).toEqual({});
});
test("a control that starts finds the machine settled", async () => {
  const lists = vi.spyOn(rig.runtime, "listContainers");
  await rig.restartControl().reconcile();
  expect(lists).toHaveBeenCalledOnce();
  await expectWaiting(await rig.containerId(id));
});
test("a control that starts ends one whose machine was stopped while it waited", async () => {
  rig.journal.write(id, { desired: "stopped" });
  rig.journal.write(id, { state: "stopping" });
  rig.journal.write(id, { state: "stopped" });
  await rig.runtime.stopContainer(await rig.containerId(id), { timeoutSeconds: 1 });
  await rig.restartControl().reconcile();
  expect(await rig.containers(id)).toEqual({ "": "exited" });
});
test("it is made in its machine's turn: what is wanted meanwhile comes after it", async () => {
  const other = rig.add({});
  await rig.supervisor.converge(other);
  const create = rig.runtime.createContainer;
  const stopping: Promise<void>[] = [];
  vi.spyOn(rig.runtime, "createContainer").mockImplementationOnce(async (spec) => {
    stopping.push(rig.want(other, { desired: "stopped" }));
    return create(spec);
  });
  await rig.supervisor.readyAnchor(other);
  await Promise.all(stopping);
  expect(stopping).toHaveLength(1);
  expect(await rig.containers(other)).toEqual({ "": "exited" });
});
test("none is made where it is of no use: nothing runs, something is to be done, or the program joins one", async () => {
  const creates = vi.spyOn(rig.runtime, "createContainer");
  await rig.supervisor.readyAnchor(id);
  await rig.supervisor.readyAnchor(rig.add({}));
  await rig.supervisor.readyAnchor("none");
  expect(creates).not.toHaveBeenCalled();
  await update();
  creates.mockClear();
  await rig.supervisor.readyAnchor(id);
  rig.journal.write(id, { restartRequested: true });
  await rig.supervisor.readyAnchor(id);
  await rig.want(id, { desired: "stopped" });
  await rig.supervisor.readyAnchor(id);
  expect(creates).not.toHaveBeenCalled();
});
