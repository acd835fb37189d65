// A machine that takes too much, or does not end, hurts no other machine.
import { statfs } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createCpuBalances } from "../../src/emulator/machines/cpu-balance.ts";
import { createDiskGuard } from "../../src/emulator/machines/disk-guard.ts";
import type { ContainerRuntime } from "../../src/emulator/runtime/container-runtime.ts";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { LABEL, names, planetLabels } from "../../src/emulator/runtime/labels.ts";
import { systemTimer } from "../../src/platform/clock.ts";
import { docker } from "../support/docker-cli.ts";
import { createMachineRig, type MachineRig } from "../support/machine-rig.ts";
import { sweepPlanetsNamed } from "../support/sweep.ts";

const PLANET = "test-neighbours";
const IMAGE = "debian:bookworm-slim";
let rig: MachineRig<ContainerRuntime>;
let neighbour: string;
let answers: string;

beforeAll(async () => {
  await sweepPlanetsNamed(PLANET);
  rig = await createMachineRig({
    runtime: createDockerRuntime(),
    planet: PLANET,
    block: 14,
    image: IMAGE,
    planetImage: IMAGE,
  });
  neighbour = rig.add({ init: { exec: ["sleep", "infinity"] } });
  await rig.supervisor.converge(neighbour);
  answers = await rig.containerId(neighbour);
});
afterAll(async () => {
  rig?.close();
  await sweepPlanetsNamed(PLANET);
});

/** The neighbour's commands end well and soon. */
async function requireNeighbour(): Promise<void> {
  const begun = performance.now();
  expect(await rig.runtime.exec(answers, ["sh", "-c", "echo well > /tmp/file && cat /tmp/file"])).toMatchObject({
    stdout: "well\n",
  });
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(rig.store.events(neighbour).map(({ type }) => type)).toEqual(["start"]);
}
beforeEach(requireNeighbour);

const lastExit = (id: string): unknown =>
  rig.store.events(id).find(({ type }) => type === "exit")?.request?.["exit_event"];

test("one that leaks memory is killed for it, and its event says so", async () => {
  const id = rig.add({ init: { exec: ["tail", "/dev/zero"] }, guest: { memory_mb: 64 }, restart: { policy: "no" } });
  await rig.supervisor.converge(id);
  await rig.wait(id, "stopped");
  expect(lastExit(id)).toMatchObject({
    exit_code: 137,
    signal: 9,
    oom_killed: true,
    requested_stop: false,
    restarting: false,
  });
  await requireNeighbour();
});

test("a fork bomb ends at its machine's limit of processes", async () => {
  const bomb = "trap '' INT; echo ready; while :; do sleep 30 & done";
  const id = rig.add({ init: { exec: ["sh", "-c", bomb] }, guest: { memory_mb: 1024 }, restart: { policy: "no" } });
  await rig.supervisor.converge(id);
  const container = await rig.containerId(id);
  await expect
    .poll(
      async () => {
        const state = (await rig.runtime.inspectContainer(container))?.state;
        return state === "exited" || ((await rig.runtime.usage(container))?.pids ?? 0) >= 2_000;
      },
      { timeout: 60_000 },
    )
    .toBe(true);
  expect((await rig.runtime.usage(container))?.pids ?? 0).toBeLessThanOrEqual(2_048);
  await requireNeighbour();
  await rig.want(id, { desired: "destroyed" });
  expect(await rig.containers(id)).toEqual({});
});

test("CP-01 CP-02: one that is busy has a whole shared vCPU for 5.3 s, and then a sixteenth", async () => {
  const id = rig.add({
    init: { exec: ["sh", "-c", "while :; do :; done"] },
    guest: { cpus: 1, memory_mb: 256 },
    stop_config: { signal: "SIGKILL" },
  });
  const balances = createCpuBalances({
    ...{ planet: PLANET, machine: rig.store.machine, runtime: rig.runtime, throttles: () => true },
    ...{ timer: systemTimer, now: Date.now, log: (text: string) => void rig.logged.push(text) },
  });
  try {
    await rig.supervisor.converge(id);
    balances.follow(id);
    const container = await rig.containerId(id);
    const usedNs = async (): Promise<number> => (await rig.runtime.usage(container))?.cpuNs ?? 0;
    const quota = async (): Promise<string> =>
      docker("inspect", "--format", "{{.HostConfig.CpuQuota}}", container).then((text) => text.trim());
    expect(await quota()).toBe("80000");
    await expect.poll(quota, { timeout: 30_000 }).toBe("5000");
    const [before, beforeMs] = [await usedNs(), performance.now()];
    await expect.poll(usedNs, { timeout: 60_000 }).toBeGreaterThan(before + 50e6);
    const [after, afterMs] = [await usedNs(), performance.now()];
    expect((after - before) / 1e6 / (afterMs - beforeMs)).toBeLessThan(0.125);
    await requireNeighbour();
  } finally {
    balances.close();
  }
  await rig.want(id, { desired: "destroyed" });
});

test("a full /dev/shm is full for its machine alone", async () => {
  const fill = 'head -c 100000000 /dev/zero > /dev/shm/file; echo "ended $?"; echo ready; sleep infinity';
  const id = rig.add({ init: { exec: ["sh", "-c", fill] } });
  await rig.supervisor.converge(id);
  const lines: string[] = [];
  for await (const { text } of rig.runtime.logs(await rig.containerId(id), { follow: true })) {
    lines.push(text);
    if (text === "ready") break;
  }
  expect(lines).toContain("ended 1");
  const room = await rig.runtime.exec(answers, [
    "sh",
    "-c",
    "head -c 1000000 /dev/zero > /dev/shm/own && rm /dev/shm/own",
  ]);
  expect(room.exitCode).toBe(0);
  await requireNeighbour();
});

test("one whose volume is full is ended, and its event says so", async () => {
  const volume = "vol_full";
  const at = new Date(0).toISOString();
  const name = names.volume(PLANET, volume);
  await rig.runtime.createVolume(name, planetLabels(PLANET, "volume", { [LABEL.volume]: volume }));
  const id = rig.add({
    init: {
      exec: ["sh", "-c", "for i in $(seq 25); do head -c 200000000 /dev/zero >> /data/file; done; sleep infinity"],
    },
    mounts: [{ volume, path: "/data" }],
    restart: { policy: "no" },
  });
  rig.store.volumes.insert({
    ...{ id: volume, app: "app", name: "data", region: "iad", zone: "z", sizeGb: 1, state: "created", machine: id },
    ...{ encrypted: true, fstype: "ext4", snapshotRetention: 5, autoBackup: true, createdAt: at, updatedAt: at },
  });
  const { dataRoot } = await rig.runtime.info();
  const worker = { image: IMAGE, labels: planetLabels(PLANET, "worker") };
  const guard = createDiskGuard({
    ...{ planet: PLANET, store: rig.store, runtime: rig.runtime, journal: rig.journal, timer: systemTimer },
    volumeUsage: async () => new Map([[volume, (await rig.runtime.volumeUsage([name], worker)).get(name) ?? 0]]),
    freeBytes: () => statfs(dataRoot).then(({ bavail, bsize }) => bavail * bsize),
    log: (text) => void rig.logged.push(text),
  });
  guard.start();
  try {
    await rig.supervisor.converge(id);
    await requireNeighbour();
    await rig.wait(id, "stopped");
  } finally {
    guard.stop();
  }
  const full = rig.store.events(id).find(({ type }) => type === "disk_full");
  expect(full?.request).toMatchObject({ volume, bytes_total: 1024 ** 3 });
  expect(lastExit(id)).toMatchObject({ exit_code: 137, oom_killed: false, requested_stop: false });
  await requireNeighbour();
  await rig.want(id, { desired: "destroyed" });
  await rig.runtime.removeVolume(name);
});

test("one that ignores its signal is killed when its time is over, while others go on", async () => {
  const id = rig.add({
    init: { exec: ["sh", "-c", "trap '' INT TERM; echo ready; while :; do sleep 0.1; done"] },
    stop_config: { timeout: "2s" },
  });
  await rig.supervisor.converge(id);
  for await (const { text } of rig.runtime.logs(await rig.containerId(id), { follow: true }))
    if (text === "ready") break;
  const begun = performance.now();
  const stopped = rig.want(id, { desired: "stopped" });
  await requireNeighbour();
  expect(rig.machine(id).state).toBe("stopping");
  await stopped;
  expect(performance.now() - begun).toBeGreaterThanOrEqual(2_000);
  expect(lastExit(id)).toMatchObject({ exit_code: 137, signal: 9, oom_killed: false, requested_stop: true });
});
