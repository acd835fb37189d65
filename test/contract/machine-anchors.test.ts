// What holds the network of a machine whose program was replaced, on the in-memory engine: how long it is there, and what
// follows from its end.
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { event } from "../../src/emulator/machines/state-journal.ts";
import { ulid } from "../../src/emulator/model/ids.ts";
import type { MemoryRuntime } from "../../src/emulator/runtime/memory/memory-runtime.ts";
import { createMemoryRig, type MachineRig } from "../support/machine-rig.ts";

const BOTH = { "": "running", network: "running" };
let rig: MachineRig<MemoryRuntime>;
let id: string;

beforeEach(async () => {
  rig = await createMemoryRig({ runs: { kind: "runs" }, planet: { kind: "runs" } });
  id = rig.add({ restart: { policy: "on-failure" } });
  await rig.supervisor.converge(id);
});
afterEach(() => {
  vi.restoreAllMocks();
  rig.close();
});

const update = (): Promise<void> =>
  rig.want(id, { instanceId: ulid(Date.now(), randomBytes), state: "replacing" }, event("update", "replacing", "user"));
const networkOf = async (): Promise<string | undefined> =>
  rig.runtime.control.containerSpec(await rig.containerId(id)).networkOf;

test("an anchor comes with the first version that replaces another, or with a restart, and stays for those that follow", async () => {
  expect(await rig.containers(id)).toEqual({ "": "running" });
  await rig.want(id, { restartRequested: true });
  expect(await rig.containers(id)).toEqual(BOTH);
  const anchor = await rig.containerId(id, "network");
  await update();
  await rig.want(id, { restartRequested: true });
  expect(await rig.containers(id)).toEqual(BOTH);
  expect(await rig.containerId(id, "network")).toBe(anchor);
});
test("it is started while the version before still has the network, and gets it when that has ended", async () => {
  const [before, connects] = [await rig.containerId(id), vi.spyOn(rig.runtime, "connect")];
  const states: unknown[] = [];
  vi.spyOn(rig.runtime, "stopContainer").mockImplementationOnce(async () => {
    await expect.poll(() => rig.containers(id)).toMatchObject({ network: "running" });
    states.push(connects.mock.calls.length);
    rig.runtime.control.exit(before, 0);
  });
  await update();
  expect(states).toEqual([0]);
  expect(await rig.containers(id)).toEqual(BOTH);
  expect(connects).toHaveBeenCalledOnce();
});
test("where control ended before it had its network, the next one gives it that", async () => {
  const connects = vi.spyOn(rig.runtime, "connect").mockImplementationOnce(() => new Promise(() => undefined));
  void update();
  await expect.poll(() => connects.mock.calls.length).toBe(1);
  await rig.restartControl().reconcile();
  expect(connects).toHaveBeenCalledTimes(2);
  expect(rig.machine(id).state).toBe("started");
  expect(await rig.containers(id)).toEqual(BOTH);
});
test("a program that crashes starts again in its network", async () => {
  await update();
  const [program, anchor] = [await rig.containerId(id), await rig.containerId(id, "network")];
  rig.runtime.control.exit(program, 1);
  await expect.poll(() => rig.containers(id)).toEqual(BOTH);
  expect([await rig.containerId(id), await rig.containerId(id, "network")]).toEqual([program, anchor]);
});
test("it ends with its machine, and a machine that starts from rest has its own network again", async () => {
  await update();
  await rig.want(id, { desired: "stopped" });
  expect(await rig.containers(id)).toEqual({ "": "exited", network: "exited" });
  await rig.want(id, { desired: "started" });
  expect(await rig.containers(id)).toEqual({ "": "running" });
  expect(await networkOf()).toBeUndefined();
});
test("it ends with a program that has come to its end by itself", async () => {
  await update();
  rig.runtime.control.exit(await rig.containerId(id), 0);
  await rig.wait(id, "stopped");
  await rig.supervisor.idle();
  expect(await rig.containers(id)).toEqual({ "": "exited", network: "exited" });
});
test("a machine that keeps its files keeps what holds its network too", async () => {
  rig.journal.write(id, { config: { image: "runs", rootfs: { persist: "always" } } });
  await update();
  const program = await rig.containerId(id);
  await rig.want(id, { desired: "stopped" });
  await rig.want(id, { desired: "started" });
  expect(await rig.containers(id)).toEqual(BOTH);
  expect(await rig.containerId(id)).toBe(program);
});
test("a machine is suspended and resumed with its network as it is", async () => {
  await update();
  await rig.want(id, { desired: "suspended" });
  expect(await rig.containers(id)).toEqual({ "": "paused", network: "running" });
  await rig.want(id, { desired: "started" });
  expect(await rig.containers(id)).toEqual(BOTH);
});
test("it ends where a program's memory is lost while it is suspended, until the machine is resumed", async () => {
  await update();
  await rig.want(id, { desired: "suspended" });
  rig.runtime.control.exit(await rig.containerId(id), 255);
  await rig.supervisor.converge(id);
  expect(await rig.containers(id)).toEqual({ "": "exited", network: "exited" });
  await rig.want(id, { desired: "started" });
  expect(await rig.containers(id)).toEqual(BOTH);
});
test("where it ends, the program starts anew in the network that follows", async () => {
  await update();
  const starts = vi.spyOn(rig.runtime, "startContainer");
  rig.runtime.control.exit(await rig.containerId(id, "network"), 137);
  await expect.poll(() => starts.mock.calls.length).toBe(2);
  await rig.supervisor.idle();
  expect(await rig.containers(id)).toEqual(BOTH);
  const [program, anchor] = [await rig.containerId(id), await rig.containerId(id, "network")];
  expect(starts.mock.calls.map(([container]) => container)).toEqual([anchor, program]);
});
test("where somebody has removed it, the next look makes both anew", async () => {
  await update();
  await rig.runtime.removeContainer(await rig.containerId(id, "network"));
  await rig.restartControl().reconcile();
  expect(rig.machine(id).state).toBe("started");
  expect(await rig.containers(id)).toEqual({ "": "running" });
  expect(await networkOf()).toBeUndefined();
});
test("a control that starts finds it settled", async () => {
  await update();
  const lists = vi.spyOn(rig.runtime, "listContainers");
  await rig.restartControl().reconcile();
  expect(lists).toHaveBeenCalledTimes(1);
});
test("it goes when the machine is destroyed", async () => {
  await update();
  await rig.want(id, { desired: "destroyed" });
  expect(await rig.containers(id)).toEqual({});
});
