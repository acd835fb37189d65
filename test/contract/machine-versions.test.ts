// A machine that gets another version, on the in-memory engine: which container is there when, also after a run that was cut short.
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { AppError } from "../../src/errors/app-error.ts";
import { event } from "../../src/emulator/machines/state-journal.ts";
import { ulid } from "../../src/emulator/model/ids.ts";
import { LABEL } from "../../src/emulator/runtime/labels.ts";
import type { ContainerSpec } from "../../src/emulator/runtime/container-runtime.ts";
import type { MemoryRuntime } from "../../src/emulator/runtime/memory/memory-runtime.ts";
import { createMemoryRig, type MachineRig } from "../support/machine-rig.ts";

let rig: MachineRig<MemoryRuntime>;

beforeEach(async () => {
  rig = await createMemoryRig({
    runs: { kind: "runs" },
    planet: { kind: "runs" },
    broken: { kind: "unstartable", error: "no such program" },
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rig.close();
});

describe("another version", () => {
  const refused = new AppError("DOCKER_FAILED", "the engine is busy");
  const update = (id: string): Promise<void> =>
    rig.want(
      id,
      { instanceId: ulid(Date.now(), randomBytes), state: "replacing" },
      event("update", "replacing", "user"),
    );

  test("is made while the old one ends, which goes when the new one runs", async () => {
    const id = rig.add({});
    await rig.supervisor.converge(id);
    await update(id);
    const old = await rig.containerId(id);
    const anchor = await rig.containerId(id, "network");
    const order: string[] = [];
    for (const step of ["createContainer", "stopContainer", "startContainer", "removeContainer"] as const) {
      const call = rig.runtime[step] as (...args: unknown[]) => Promise<unknown>;
      vi.spyOn(rig.runtime, step).mockImplementation(async (...args: unknown[]): Promise<never> => {
        const result = await call(...args);
        order.push(step);
        return result as never;
      });
    }
    await update(id);
    expect(order.toSorted()).toEqual(["createContainer", "removeContainer", "startContainer", "stopContainer"]);
    expect(order.slice(0, 2).toSorted()).toEqual(["createContainer", "stopContainer"]);
    expect(await rig.runtime.inspectContainer(old)).toBeUndefined();
    expect(await rig.containers(id)).toEqual({ "": "running", network: "running" });
    expect(await rig.containerId(id, "network")).toBe(anchor);
    expect(rig.states(id)).toEqual(["created", "starting", "started", "replacing", "started", "replacing", "started"]);
  });
  test("is started by the engine in the network of the one before it, which an anchor holds from then on", async () => {
    const id = rig.add({});
    await rig.supervisor.converge(id);
    const specOf = async (name?: string): Promise<ContainerSpec> =>
      rig.runtime.control.containerSpec(await rig.containerId(id, name));
    const { networks } = await specOf();
    const connects = vi.spyOn(rig.runtime, "connect");
    await update(id);
    expect(connects.mock.calls).toEqual([[await rig.containerId(id, "network"), ...networks]]);
    expect(await specOf()).toMatchObject({ networks: [], networkOf: (await specOf("network")).name });
  });
  test("is put right where another Hangar has given the machine a container that no program has", async () => {
    const containers = [
      { name: "one", image: "runs" },
      { name: "two", image: "runs" },
    ];
    const id = rig.add({ containers });
    await rig.supervisor.converge(id);
    const spec = rig.runtime.control.containerSpec(await rig.containerId(id, "network"));
    await rig.runtime.removeContainer(await rig.containerId(id, "network"));
    const labels = {
      ...rig.runtime.control.containerSpec(await rig.containerId(id, "one")).labels,
      [LABEL.container]: "other",
    };
    await rig.runtime.startContainer(await rig.runtime.createContainer({ ...spec, name: "other", labels }));
    await rig.supervisor.converge(id);
    expect(await rig.containers(id)).toEqual({ network: "running", one: "running", two: "running" });
  });
  test.each([
    ["who ended it is asked", { restart: { policy: "on-failure" as const } }, "wan"],
    [
      "its other programs are looked for",
      { containers: [{ name: "one", image: "runs", restart: { policy: "no" as const } }] },
      undefined,
    ],
  ])("is not told of the end of the one before, which came while %s", async (_when, config, asked) => {
    const id = rig.add(config);
    await rig.supervisor.converge(id);
    const list = rig.runtime.listContainers;
    const updates: Promise<void>[] = [];
    let looks = 0;
    vi.spyOn(rig.runtime, "listContainers").mockImplementation((labels = {}) => {
      looks += 1;
      // Who ended the program is asked about two parts of the planet before its machine is looked at.
      const isDue = asked === undefined ? looks > 2 && labels[LABEL.machine] === id : labels[LABEL.component] === asked;
      if (isDue && updates.length === 0) updates.push(update(id));
      return list(labels);
    });
    rig.runtime.control.exit(await rig.containerId(id, asked === undefined ? "one" : ""), 7);
    await expect.poll(() => updates.length).toBe(1);
    await Promise.all(updates);
    await rig.supervisor.idle();
    expect(rig.machine(id)).toMatchObject({ state: "started", desired: "started", restarts: 0 });
    expect(rig.store.events(id).map(({ type }) => type)).not.toContain("exit");
    expect(new Set(Object.values(await rig.containers(id)))).toEqual(new Set(["running"]));
  });
  test("leaves no anchor behind when it cannot be started", async () => {
    const id = rig.add({});
    await rig.supervisor.converge(id);
    rig.journal.write(id, { config: { image: "broken" } });
    await update(id);
    expect(rig.machine(id).state).toBe("failed");
    expect(Object.values(await rig.containers(id))).not.toContain("running");
  });
  test("whose container was made and not filled is made anew", async () => {
    const files = [{ guest_path: "/etc/raw", raw_value: Buffer.from("raw").toString("base64") }];
    const id = rig.add({ files });
    rig.runtime.control.failNext("putFiles", refused);
    await rig.supervisor.converge(id);
    await rig.wait(id, "started");
    const content = await rig.runtime.getFile(await rig.containerId(id), "/etc/raw");
    expect(Buffer.from(content ?? []).toString()).toBe("raw");
  });
  test("whose old container could not be removed loses it at the next look", async () => {
    const id = rig.add({});
    await rig.supervisor.converge(id);
    rig.runtime.control.failNext("removeContainer", refused);
    await update(id);
    expect(rig.machine(id).state).toBe("started");
    await rig.restartControl().reconcile();
    expect(await rig.containers(id)).toEqual({ "": "running", network: "running" });
    expect(await rig.runtime.listContainers({ [LABEL.machine]: id })).toHaveLength(2);
  });
  test("is not taken for started because the one before it was", async () => {
    const id = rig.add({});
    const start = rig.runtime.startContainer;
    vi.spyOn(rig.runtime, "startContainer").mockImplementationOnce(async (...args) => {
      await start(...args);
      rig.journal.write(id, { instanceId: ulid(Date.now(), randomBytes), state: "replacing" });
    });
    await rig.supervisor.converge(id);
    expect(rig.machine(id).state).toBe("replacing");
    await rig.supervisor.converge(id);
    expect(rig.states(id)).toEqual(["created", "starting", "replacing", "started"]);
  });
});
