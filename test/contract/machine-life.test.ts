// The life of machines on the in-memory engine: every state they go through is checked by the rig's journal.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { MachineEvent } from "../../src/contract/machine.ts";
import { event } from "../../src/emulator/machines/state-journal.ts";
import type { MemoryRuntime } from "../../src/emulator/runtime/memory/memory-runtime.ts";
import { createMemoryRig, type MachineRig } from "../support/machine-rig.ts";

const CANARY = "canary-4f1c9";
let rig: MachineRig<MemoryRuntime>;

beforeEach(async () => {
  rig = await createMemoryRig({
    runs: { kind: "runs", onSignal: (signal) => (signal === "SIGINT" ? 0 : 143) },
    planet: { kind: "runs" },
    once: { kind: "exits", code: 0, afterMs: 20 },
    fails: { kind: "exits", code: 7 },
    leaks: { kind: "exits", code: 137, oom: true },
    broken: { kind: "unstartable", error: "no such program" },
  });
});
afterEach(() => rig.close());

const exits = (id: string): Record<string, unknown>[] =>
  rig.store
    .events(id)
    .flatMap(({ type, request }: MachineEvent) =>
      type === "exit" ? [request?.["exit_event"] as Record<string, unknown>] : [],
    );

describe("one program", () => {
  test("starts, is suspended with its memory, resumes, stops", async () => {
    const id = rig.add({});
    await rig.supervisor.converge(id);
    const container = await rig.containerId(id);
    await rig.want(id, { desired: "suspended" });
    expect(await rig.containers(id)).toEqual({ "": "paused" });
    await rig.want(id, { desired: "started" });
    expect(await rig.containerId(id)).toBe(container);
    await rig.want(id, { desired: "suspended" });
    await rig.want(id, { desired: "stopped" });
    expect(rig.states(id)).toEqual([
      ...["created", "starting", "started", "suspending", "suspended", "starting", "started"],
      ...["suspending", "suspended", "stopping", "stopped"],
    ]);
    expect(exits(id)).toMatchObject([{ exit_code: 0, requested_stop: true, restarting: false, oom_killed: false }]);
  });
  test("whose memory is lost while it is suspended starts anew, with its files", async () => {
    const id = rig.add({});
    await rig.supervisor.converge(id);
    await rig.want(id, { desired: "suspended" });
    const container = await rig.containerId(id);
    rig.runtime.control.exit(container, 255);
    await rig.supervisor.idle();
    await rig.want(id, { desired: "started" });
    expect(await rig.containers(id)).toEqual({ "": "running" });
    expect(await rig.containerId(id)).toBe(container);
  });
  test("is restarted on request, once, by the signal asked for", async () => {
    const id = rig.add({});
    await rig.supervisor.converge(id);
    const container = await rig.containerId(id);
    await rig.want(id, { restartRequested: true, stopSignal: "SIGTERM" }, event("restart", "restarting", "user"));
    expect(await rig.containerId(id)).not.toBe(container);
    expect(rig.machine(id)).toMatchObject({ state: "started", restartRequested: false });
    expect(rig.machine(id).stopSignal).toBeUndefined();
    expect(exits(id)).toMatchObject([{ exit_code: 143, signal: 15, requested_stop: true, restarting: true }]);
    const second = await rig.containerId(id);
    await rig.supervisor.converge(id);
    expect(await rig.containerId(id)).toBe(second);
  });
  test("that is killed for want of memory says so, and is restarted until its policy ends it", async () => {
    const id = rig.add({ image: "leaks", restart: { policy: "on-failure", max_retries: 1 } });
    await rig.supervisor.converge(id);
    await rig.wait(id, "stopped");
    const [last, first] = exits(id);
    expect(first).toMatchObject({
      exit_code: 137,
      signal: 9,
      oom_killed: true,
      requested_stop: false,
      restarting: true,
    });
    expect(last).toMatchObject({ oom_killed: true, restarting: false });
    expect(rig.store.events(id).map(({ type, status }) => `${type} ${status}`)).toEqual([
      ...["exit stopped", "start started", "exit stopped", "start started"],
    ]);
  });
  test("that ended while control was away is judged by its policy, with an event", async () => {
    const once = rig.add({ restart: { policy: "no" } });
    const again = rig.add({ restart: { policy: "always" } });
    for (const id of [once, again]) await rig.supervisor.converge(id);
    const deaf = rig.restartControl();
    for (const id of [once, again]) rig.runtime.control.exit(await rig.containerId(id), 3);
    await deaf.reconcile();
    await deaf.idle();
    expect(rig.machine(once).state).toBe("stopped");
    expect(rig.machine(again)).toMatchObject({ state: "started", restarts: 1 });
    expect(exits(once)).toMatchObject([{ exit_code: 3, requested_stop: false }]);
    expect(exits(again)).toHaveLength(1);
  });
  test("that is as it should be costs a new control nothing of its own", async () => {
    const running = [rig.add({}), rig.add({}), rig.add({})];
    for (const id of running) await rig.supervisor.converge(id);
    await rig.want(running[2] ?? "", { desired: "stopped" });
    const lists = vi.spyOn(rig.runtime, "listContainers");
    await rig.restartControl().reconcile();
    expect(lists).toHaveBeenCalledTimes(1);
    lists.mockRestore();
    await rig.runtime.removeContainer(await rig.containerId(running[0] ?? ""));
    await rig.restartControl().reconcile();
    expect(await rig.containers(running[0] ?? "")).toEqual({ "": "running" });
  });
  test("that cannot be started fails, and those that stand by for it start", async () => {
    const id = rig.add({ image: "broken" });
    const standby = rig.add({ standbys: [id] }, "stopped");
    const other = rig.add({ standbys: ["another"] }, "stopped");
    await rig.supervisor.converge(id);
    await rig.wait(standby, "started");
    expect(rig.machine(id)).toMatchObject({ state: "failed", desired: "stopped" });
    expect(rig.machine(other).state).toBe("created");
  });
  test("with auto_destroy is gone when it is done", async () => {
    const id = rig.add({ image: "once", auto_destroy: true, restart: { policy: "no" } });
    await rig.supervisor.converge(id);
    await rig.wait(id, "destroyed");
    expect(await rig.containers(id)).toEqual({});
  });
});

describe("what programs are given", () => {
  test("files, volumes, limits, and the platform's variables in place of others", async () => {
    rig.store.secrets.change(
      "app",
      { FILE: Buffer.from("from a secret").toString("base64") },
      new Date().toISOString(),
    );
    const id = rig.add({
      env: { FLY_REGION: "forged", PRIMARY_REGION: "lhr" },
      guest: { cpus: 2, memory_mb: 512 },
      init: { swap_size_mb: 64, cmd: ["serve"], kernel_args: ["quiet"] },
      mounts: [{ volume: "vol_1", path: "/data" }],
      files: [
        { guest_path: "/etc/raw", raw_value: Buffer.from("raw").toString("base64"), mode: 0o600 },
        { guest_path: "/etc/secret", secret_name: "FILE" },
        { guest_path: "/etc/image", image_config: "runs" },
      ],
    });
    await rig.supervisor.converge(id);
    const container = await rig.containerId(id);
    const read = async (path: string): Promise<string> =>
      Buffer.from((await rig.runtime.getFile(container, path)) ?? []).toString();
    expect([await read("/etc/raw"), await read("/etc/secret")]).toEqual(["raw", "from a secret"]);
    expect(JSON.parse(await read("/etc/image"))).toMatchObject({ command: ["runs"] });
    const spec = rig.runtime.control.containerSpec(container);
    expect(spec.limits).toMatchObject({ memoryMb: 512, swapMb: 64, cpu: { periodUs: 80_000, quotaUs: 160_000 } });
    expect(spec.env).toMatchObject({ FLY_REGION: "iad", PRIMARY_REGION: "lhr", FLY_VM_MEMORY_MB: "512" });
    const [volume] = await rig.runtime.listVolumes({ "dev.hangar.volume": "vol_1", "dev.hangar.planet": "rig" });
    expect(spec.mounts).toEqual([{ volume, target: "/data" }]);
  });
  test("secrets, which stand in no container, no log and no event", async () => {
    rig.store.secrets.change("app", { TOKEN: CANARY, OTHER: "o", FLY_REGION: "x" }, new Date().toISOString());
    const id = rig.add({ image: "runs", env: { TOKEN: "plain" } });
    const failing = rig.add({ image: "broken" });
    for (const each of [id, failing]) await rig.supervisor.converge(each);
    const spec = rig.runtime.control.containerSpec(await rig.containerId(id));
    expect(spec).toMatchObject({ stdin: true, entrypoint: ["/.fly/loader", "runs"] });
    const everything = [spec, rig.store.events(id), rig.store.events(failing), rig.logged];
    expect(JSON.stringify(everything)).not.toContain(CANARY);
  });
  test("secrets in the container's configuration where a terminal would print them", async () => {
    rig.store.secrets.change("app", { TOKEN: CANARY }, new Date().toISOString());
    const id = rig.add({ init: { tty: true } });
    await rig.supervisor.converge(id);
    expect(rig.runtime.control.containerSpec(await rig.containerId(id))).toMatchObject({
      env: { TOKEN: CANARY },
      tty: true,
    });
  });
});

describe("several containers", () => {
  const config = {
    containers: [
      { name: "web", image: "runs", depends_on: [{ name: "setup", condition: "exited_successfully" as const }] },
      { name: "setup", image: "once" },
      { name: "side", image: "runs", secrets: [{ env_var: "MINE", name: "TOKEN" }] },
    ],
    restart: { policy: "on-failure" as const },
  };
  test("share a network and start when what they depend on allows it", async () => {
    rig.store.secrets.change("app", { TOKEN: CANARY, OTHER: "o" }, new Date().toISOString());
    const id = rig.add(config);
    await rig.supervisor.converge(id);
    expect(await rig.containers(id)).toMatchObject({ network: "running", side: "running" });
    await expect
      .poll(() => rig.containers(id))
      .toEqual({
        network: "running",
        setup: "exited",
        side: "running",
        web: "running",
      });
    const web = rig.runtime.control.containerSpec(await rig.containerId(id, "web"));
    expect(web.networkOf).toBe((await rig.runtime.inspectContainer(await rig.containerId(id, "network")))?.name);
    await rig.supervisor.converge(id);
    expect((await rig.containers(id))["setup"]).toBe("exited");
    await rig.want(id, { desired: "suspended" });
    await rig.want(id, { desired: "started" });
    expect(rig.machine(id).state).toBe("started");
    await rig.want(id, { desired: "destroyed" });
    expect(await rig.containers(id)).toEqual({});
  });
  test("are restarted one by one, and the machine ends with the last of them", async () => {
    const id = rig.add({
      containers: [
        { name: "one", image: "runs" },
        { name: "two", image: "runs", restart: { policy: "no" } },
      ],
      restart: { policy: "on-failure", max_retries: 1 },
    });
    await rig.supervisor.converge(id);
    rig.runtime.control.exit(await rig.containerId(id, "one"), 1);
    rig.runtime.control.exit(await rig.containerId(id, "two"), 1);
    await expect.poll(() => rig.containers(id)).toEqual({ network: "running", one: "running", two: "exited" });
    expect(rig.machine(id).state).toBe("started");
    rig.runtime.control.exit(await rig.containerId(id, "one"), 0);
    await rig.wait(id, "stopped");
    expect(exits(id).map(({ container, restarting }) => [container, restarting])).toEqual([
      ["one", false],
      ["two", false],
      ["one", true],
    ]);
  });
  test("of one image end together", async () => {
    const id = rig.add({ processes: [{ cmd: ["a"] }, { cmd: ["b"], env: { PART: "b" } }], restart: { policy: "no" } });
    await rig.supervisor.converge(id);
    expect(rig.runtime.control.containerSpec(await rig.containerId(id, "process-1"))).toMatchObject({
      command: ["b"],
      env: { PART: "b" },
    });
    rig.runtime.control.exit(await rig.containerId(id, "process-0"), 0);
    await rig.wait(id, "stopped");
    await rig.supervisor.idle();
    expect(Object.values(await rig.containers(id))).toEqual(["exited", "exited", "exited"]);
  });
});
