// What a dev run does to machines, against a real control plane whose engine is in memory.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createSessionsClient } from "../../../src/client/sessions-client.ts";
import type { Machine } from "../../../src/contract/machine.ts";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import { createPlanetFleet } from "../../../src/operations/deploy/execute/planet-fleet.ts";
import { createSteadyFleet } from "../../../src/operations/deploy/execute/steady-fleet.ts";
import { type BeforeDeps, putAppBack, rememberApp } from "../../../src/operations/dev/before.ts";
import { DEV_KEY, DEV_VARIABLE, devConfig } from "../../../src/operations/dev/dev-machines.ts";
import { startAll, syncMachines } from "../../../src/operations/dev/sync-machines.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";
import { silentProgress } from "../../support/silent-progress.ts";

const APP = "shop";
const SERVICES = [{ protocol: "tcp" as const, internal_port: 8080, autostop: "stop" as const, ports: [] }];
const CONFIG = {
  image: "app",
  services: SERVICES,
  metadata: { fly_platform_version: "v2", fly_process_group: "app" },
};

let images: Record<string, Program>;
let planet: MemoryPlanet;
let deps: BeforeDeps;
let dir: string;

beforeEach(async () => {
  images = { app: { kind: "runs" }, crashing: { kind: "exits", code: 1, output: ["SyntaxError: oh"] } };
  planet = await startMemoryPlanet({ images });
  const fleet = createSteadyFleet(createPlanetFleet(planet.client.connection, APP), {
    clock: systemClock,
    newKey: randomUUID,
  });
  deps = { api: planet.client.connection.api, fleet, clock: systemClock, progress: silentProgress };
  dir = await mkdtemp(path.join(tmpdir(), "hangar-dev-"));
});
afterEach(async () => {
  await planet.stop();
  await rm(dir, { recursive: true, force: true });
});

const machines = (): Promise<Machine[]> => planet.client.machines(APP);

async function make(region: string, config = devConfig(CONFIG, "run-1")): Promise<Machine> {
  const { id } = await planet.client.createMachine(APP, { region, config });
  await planet.client.waitMachine(APP, id, "started");
  return deps.fleet.machine(id);
}

function sync(list: readonly Machine[], file: string): Promise<void> {
  const sessions = createSessionsClient({ baseUrl: planet.baseUrl, token: TOKEN, fetch, clock: systemClock });
  return syncMachines(
    { app: APP, contextDir: dir, files: [{ path: file, targets: [`/${file}`] }], machines: list },
    {
      ...{ sessions, api: planet.client.connection.api.machines, fleet: deps.fleet, clock: systemClock },
      signal: new AbortController().signal,
    },
  );
}
const exits = ({ events }: Machine): number => events.filter(({ type }) => type === "exit").length;
const statOf = (id: string, file: string): Promise<number> =>
  createSessionsClient({ baseUrl: planet.baseUrl, token: TOKEN, fetch, clock: systemClock })
    .stat(APP, id, file)
    .then(({ size }) => size);

describe("a changed file", () => {
  test("is in every machine, whose programs have started anew and are the same machines", async () => {
    await planet.client.createApp(APP);
    const list = [await make("iad"), await make("nrt")];
    await writeFile(path.join(dir, "a.js"), "12345");
    await sync(list, "a.js");
    for (const { id, instance_id: instance } of list) {
      expect(await statOf(id, "/a.js")).toBe(5);
      const now = await deps.fleet.machine(id);
      expect(now).toMatchObject({ state: "started", instance_id: instance });
      expect(exits(now)).toBe(1);
    }
  });

  test("that is not there any more is told, and no machine is touched", async () => {
    await planet.client.createApp(APP);
    const machine = await make("iad");
    await expect(sync([machine], "none.js")).rejects.toMatchObject({ code: "FILE_ACCESS" });
    expect(exits(await deps.fleet.machine(machine.id))).toBe(0);
  });

  test("reaches a machine that has crashed, and the others only once it runs", async () => {
    await planet.client.createApp(APP);
    const config = { ...devConfig(CONFIG, "run-1"), image: "crashing", restart: { policy: "no" as const } };
    const { id } = await planet.client.createMachine(APP, { region: "iad", config });
    await planet.client.waitMachine(APP, id, "stopped");
    const other = await make("nrt");
    await writeFile(path.join(dir, "a.js"), "fixed");
    await expect(sync([await deps.fleet.machine(id), other], "a.js")).rejects.toMatchObject({
      code: "MACHINE_EXITED",
      message: expect.stringContaining("SyntaxError: oh"),
    });
    expect(exits(await deps.fleet.machine(other.id))).toBe(0);
  });
});

test("machines that a deploy left at rest are started", async () => {
  await planet.client.createApp(APP);
  const machine = await make("iad");
  await planet.client.stopMachine(APP, machine.id);
  await planet.client.waitMachine(APP, machine.id, "stopped");
  await startAll(APP, planet.client.connection.api.machines);
  expect(await machines()).toMatchObject([{ state: "started" }]);
});

describe("afterwards", () => {
  /** A release by which a run changed one machine and made another. */
  async function changeLikeARun(machine: Machine): Promise<void> {
    const { fleet } = deps;
    const release = await fleet.begin({
      ...{ reason: "dev", strategy: "rolling", image: "app", user: "somebody", definition: {}, ttl_s: 13 },
      journal: { before: [], phase: "working", doomed: [] },
    });
    const own = devConfig({ ...CONFIG, metadata: { ...CONFIG.metadata, fly_release_id: release.id } }, "run-1");
    await fleet.update(machine.id, { config: own });
    await fleet.create({ region: "nrt", config: own });
    await fleet.change(release.id, { nonce: release.nonce, status: "complete" });
  }

  test("an app that was there runs what it ran, in the same machines", async () => {
    await planet.client.createApp(APP);
    const machine = await make("iad", CONFIG);
    const before = await rememberApp(APP, deps);
    await changeLikeARun(machine);
    expect((await machines()).map(({ config }) => config.metadata?.[DEV_KEY])).toEqual(["run-1", "run-1"]);
    expect((await machines()).map(({ config }) => config.env?.[DEV_VARIABLE])).toEqual(["1", "1"]);
    await putAppBack(APP, before, deps);
    const [back, ...others] = await machines();
    expect(others).toEqual([]);
    expect(back).toMatchObject({ id: machine.id, state: "started", config: { services: SERVICES } });
    expect(back?.config.metadata).not.toHaveProperty(DEV_KEY);
    expect(back?.config.env ?? {}).not.toHaveProperty(DEV_VARIABLE);
    expect(back?.config).not.toHaveProperty("rootfs");
  });

  test("an app that was not there is gone, also where its first deploy took it back", async () => {
    const before = await rememberApp(APP, deps);
    expect(before).toBeUndefined();
    await planet.client.createApp(APP);
    await make("iad");
    await putAppBack(APP, before, deps);
    await expect(deps.api.apps.get(APP)).rejects.toMatchObject({ code: "APP_NOT_FOUND" });
    await putAppBack(APP, before, deps);
  });
});
