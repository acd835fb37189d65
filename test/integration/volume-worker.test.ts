// Copies of volumes that a control which was killed had begun: the one that is started anew waits for them.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDockerRuntime } from "../../src/emulator/runtime/docker/docker-runtime.ts";
import { names, planetLabels } from "../../src/emulator/runtime/labels.ts";
import type { ContainerRuntime } from "../../src/emulator/runtime/container-runtime.ts";
import { docker } from "../support/docker-cli.ts";
import { type EngineProxy, startEngineProxy } from "../support/engine-proxy.ts";
import { sweepPlanet } from "../support/sweep.ts";

const PLANET = "test-volume-worker";
const image = "debian:bookworm-slim";
const [from, to] = [names.volume(PLANET, "from"), names.volume(PLANET, "to")];
const worker = { image, labels: planetLabels(PLANET, "worker") };
const UNTIL_TOLD = "touch /to/begun; while [ ! -e /to/go ]; do sleep 0.05; done";
let proxy: EngineProxy;
let runtime: ContainerRuntime;

/** Copies, and lets the container that does go on only when it is waited for. */
const copyWhileItRuns = async (): Promise<number> => {
  const waitedFor = proxy.nextRequest("/logs?");
  const copying = runtime.copyVolume(from, to, worker);
  await waitedFor;
  await docker("exec", `${to}-copy`, "touch", "/to/go");
  return copying;
};
/** A container in the place of the one that copies, as the control before left it. */
const left = (how: "run" | "create", script: string): Promise<string> => {
  const labels = Object.entries(worker.labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
  const given = ["--network", "none", "--name", `${to}-copy`, ...labels, "--volume", `${to}:/to`];
  return docker(how, ...(how === "run" ? ["--detach"] : []), ...given, image, "sh", "-c", script);
};
const contentOf = async (volume: string): Promise<string> =>
  (await docker("run", "--rm", "--network", "none", "--volume", `${volume}:/data`, image, "ls", "-A", "/data")).trim();

beforeAll(async () => {
  proxy = await startEngineProxy(PLANET);
  runtime = createDockerRuntime({ socketPath: proxy.socketPath });
});
afterAll(async () => {
  await proxy.close();
  await sweepPlanet(PLANET);
});
beforeEach(async () => {
  await sweepPlanet(PLANET);
  for (const volume of [from, to]) await runtime.createVolume(volume, planetLabels(PLANET, "volume"));
  await docker("run", "--rm", "--network", "none", "--volume", `${from}:/data`, image, "touch", "/data/new");
});

describe("a copy of an earlier control", () => {
  test("that runs is waited for", async () => {
    await left("run", `${UNTIL_TOLD}; echo 4711`);
    expect(await copyWhileItRuns()).toBe(4711);
    expect(await contentOf(to)).toBe("begun\ngo");
  });
  test("that has ended is not done again", async () => {
    await left("run", "echo 4711");
    await docker("wait", `${to}-copy`);
    expect(await runtime.copyVolume(from, to, worker)).toBe(4711);
    expect(await contentOf(to)).toBe("");
  });
  test("that was made and not begun is begun", async () => {
    await left("create", "echo 4712");
    expect(await runtime.copyVolume(from, to, worker)).toBe(4712);
  });
  test("that fails, or is killed, is done again", async () => {
    await left("run", `${UNTIL_TOLD}; exit 1`);
    expect(await copyWhileItRuns()).toBeGreaterThan(0);
    expect(await contentOf(to)).toBe("new");
  });
  test("leaves nothing", async () => {
    await left("run", "exit 0");
    await runtime.copyVolume(from, to, worker);
    expect(await runtime.listContainers(worker.labels)).toEqual([]);
  });
});
