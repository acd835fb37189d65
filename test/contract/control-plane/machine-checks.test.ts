// Health checks that run inside machines, and what follows from them, on a planet whose engine is in memory.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Machine } from "../../../src/contract/machine.ts";
import { createSchedule } from "../../../src/emulator/machines/schedule.ts";
import { createStateJournal } from "../../../src/emulator/machines/state-journal.ts";
import type { ExecOptions } from "../../../src/emulator/runtime/container-runtime.ts";
import { planetLabels } from "../../../src/emulator/runtime/labels.ts";
import { systemTimer } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet } from "../../support/memory-planet.ts";

const code = { db: 1, web: 0 };
const asked: { readonly command: readonly string[]; readonly env: ExecOptions["env"] }[] = [];
let planet: MemoryPlanet;

beforeAll(async () => {
  planet = await startMemoryPlanet({
    images: {
      db: { kind: "runs", exec: () => ({ exitCode: code.db, stdout: "", stderr: code.db === 0 ? "" : "not yet" }) },
      web: {
        kind: "runs",
        exec: (command, { env }) => {
          asked.push({ command, env });
          return { exitCode: code.web, stdout: "", stderr: "" };
        },
      },
      job: { kind: "exits", code: 0 },
      // holds the network of several containers
      "hangar/planet:test": { kind: "runs" },
    },
  });
  await planet.client.createApp("api");
});
afterAll(() => planet.stop());

const checks = async (id: string): Promise<Record<string, string>> =>
  Object.fromEntries(((await planet.client.machine("api", id)).checks ?? []).map(({ name, status }) => [name, status]));
const containers = async (id: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (await planet.runtime.listContainers(planetLabels("memory", "machine", { "dev.hangar.machine": id }))).map(
      ({ labels, state }) => [labels["dev.hangar.container"] ?? "", state],
    ),
  );
const start = async (config: Machine["config"]): Promise<string> => {
  const { id } = await planet.client.createMachine("api", { region: "iad", config });
  await planet.client.waitMachine("api", id, "started");
  return id;
};

describe("a container's check that is a command", () => {
  test("holds back what depends on it being healthy, and no longer", async () => {
    const id = await start({
      image: "web",
      containers: [
        { name: "web", image: "web", depends_on: [{ name: "db", condition: "healthy" }] },
        { name: "db", image: "db", healthchecks: [{ name: "up", exec: { command: ["pg_isready"] }, interval: 1 }] },
      ],
    });
    await expect.poll(() => checks(id)).toEqual({ "db-up": "critical" });
    expect(await containers(id)).toEqual({ db: "running" });
    code.db = 0;
    await expect.poll(() => containers(id), { timeout: 5_000 }).toMatchObject({ web: "running" });
    expect(await checks(id)).toEqual({ "db-up": "passing" });
    await planet.client.destroyMachine("api", id);
  });
  test("ends a container that is not well, where it says so", async () => {
    code.db = 1;
    const id = await start({
      image: "web",
      restart: { policy: "no" },
      containers: [
        { name: "web", image: "web" },
        {
          ...{ name: "db", image: "db" },
          healthchecks: [{ name: "up", exec: { command: ["x"] }, kind: "liveness", unhealthy: "stop", interval: 1 }],
        },
      ],
    });
    await expect.poll(() => containers(id), { timeout: 5_000 }).toMatchObject({ web: "running", db: "exited" });
    expect((await planet.client.machine("api", id)).state).toBe("started");
    await planet.client.destroyMachine("api", id);
  });
});

test("a check of the top level runs in the machine, with its secrets; so does a command of the API", async () => {
  planet.store.secrets.change("api", { TOKEN: "from-the-app" }, new Date().toISOString());
  const id = await start({ image: "web", checks: { ready: { type: "exec", command: ["test", "-f", "/ready"] } } });
  await expect.poll(() => checks(id)).toEqual({ ready: "passing" });
  await planet.planet.inside.exec(planet.planet.machines.present("api", id), { cmd: "printenv TOKEN" });
  expect(asked.map(({ command }) => command)).toEqual(
    expect.arrayContaining([
      ["test", "-f", "/ready"],
      ["printenv", "TOKEN"],
    ]),
  );
  expect(asked.at(-1)?.env).toMatchObject({ TOKEN: "from-the-app" });
  await planet.client.stopMachine("api", id);
  await planet.client.waitMachine("api", id, "stopped");
  expect(await checks(id)).toEqual({ ready: "warning" });
});

test("ports of containers are looked at by edge, under their container's name", async () => {
  const id = await start({
    image: "web",
    containers: [
      {
        ...{ name: "web", image: "web" },
        healthchecks: [
          { name: "up", kind: "readiness", http: { port: 8080, path: "/up" }, failure_threshold: 3 },
          { tcp: { port: 9 } },
        ],
      },
    ],
  });
  const seen = (): unknown => planet.world()?.machines.find((machine) => machine.id === id)?.checks;
  await expect.poll(seen).toMatchObject([
    { name: "web-up", type: "http", port: 8080, path: "/up", gatesRouting: true, failureThreshold: 3 },
    { name: "web-1", type: "tcp", port: 9, gatesRouting: false, successThreshold: 1 },
  ]);
});

test("a machine with a schedule is started again when it is due", async () => {
  const { id } = await planet.client.createMachine("api", {
    region: "iad",
    config: { image: "job", schedule: "hourly", restart: { policy: "no" } },
  });
  await planet.client.waitMachine("api", id, "stopped");
  const { store } = planet;
  const converged: string[] = [];
  const look = (afterMs: number): void => {
    const now = (): number => Date.now() + afterMs;
    const journal = createStateJournal({ store, now, timer: systemTimer, changed: () => undefined });
    const schedule = createSchedule({
      ...{ store, journal, now, timer: systemTimer },
      converge: async (machine) => void converged.push(machine),
    });
    schedule.start();
    schedule.stop();
  };
  look(59 * 60_000);
  expect(converged).toEqual([]);
  look(61 * 60_000);
  expect(converged).toEqual([id]);
  expect(store.machine(id)?.desired).toBe("started");
  expect(store.events(id)[0]).toMatchObject({ type: "start", status: "starting", source: "flyd" });
});
