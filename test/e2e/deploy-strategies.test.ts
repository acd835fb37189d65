// Deploys under load: no strategy loses a request of a good version, and a bad version costs none either. And a deploy whose
// program is killed is ended by the next one.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { type LoadResult, startLoad } from "../support/steady-load.ts";
import { buildVersions, imageOf, removeVersions, writeApp } from "../support/versions.ts";

interface Machine {
  readonly id: string;
  readonly region: string;
  readonly action: string;
  readonly version: string;
}
interface Deployed {
  readonly machines: readonly Machine[];
  readonly release?: number;
}

const PLANET = "e2e-strategies";
const PORTS = { httpPort: 21_700, controlPort: 21_701 };
const VERSIONS = ["one", "two", "exits", "unhealthy", "elsewhere"];
const REGIONS = ["iad", "ams", "nrt"];
const APP = "shop";

let cli: HangarCli;
let folder: string;

const deployArgs = (version: string, ...more: string[]): string[] => [
  "deploy",
  folder,
  "--image",
  imageOf(PLANET, version),
  ...["--lease-timeout", "2", ...more],
];
const deploy = (version: string, ...more: string[]): Promise<Deployed> =>
  cli.json<Deployed>(deployArgs(version, ...more));
const load = (): { stop: () => Promise<LoadResult> } =>
  startLoad({ port: PORTS.httpPort, hosts: REGIONS.map((region) => `${region}.${APP}.localhost`), perSecond: 100 });
const machineIds = async (): Promise<string[]> => {
  const filters = [`label=dev.hangar.planet=${PLANET}`, "label=dev.hangar.component=machine"];
  const args = filters.flatMap((filter) => ["--filter", filter]);
  return (await cli.docker("ps", ...args, "--format", '{{.Label "dev.hangar.machine"}}')).split("\n").toSorted();
};

beforeAll(async () => {
  await machineEngine.prepare(["node:24-bookworm-slim"]);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await cli.run(["reset", "--yes"]);
  await buildVersions(PLANET, VERSIONS);
  folder = await writeApp(`${cli.dir}/shop`, APP);
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
  await deploy("one", "--regions", REGIONS.join(","));
});
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  await removeVersions(PLANET, VERSIONS);
});

describe("a good version", () => {
  test.each([
    ["rolling", "two"],
    ["bluegreen", "one"],
    ["canary", "two"],
  ])("by %s loses no request", async (strategy, version) => {
    const before = await machineIds();
    const requests = load();
    const deployed = await deploy(version, "--strategy", strategy);
    const { lost, answers, sent } = await requests.stop();
    expect(lost).toEqual([]);
    expect(sent).toBeGreaterThan(50);
    expect([...answers.keys()].toSorted()).toEqual(["one", "two"]);
    expect(deployed.machines).toHaveLength(3);
    expect((await machineIds()).filter((id) => before.includes(id))).toHaveLength(strategy === "bluegreen" ? 0 : 3);
  });

  test("that runs already restarts nothing and takes less than a second", async () => {
    const beganMs = performance.now();
    const deployed = await deploy("two");
    const tookMs = performance.now() - beganMs;
    expect(deployed).not.toHaveProperty("release");
    expect(deployed.machines.map(({ action }) => action)).toEqual(["unchanged", "unchanged", "unchanged"]);
    // The machine has two cores and other programs: the figure itself is in the benches.
    expect(tookMs).toBeLessThan(5_000);
  });
});

describe("a bad version", () => {
  test.each([
    ["exits", "rolling", "MACHINE_EXITED"],
    ["unhealthy", "rolling", "CHECKS_FAILED"],
    ["elsewhere", "rolling", "APP_NOT_LISTENING"],
    ["exits", "bluegreen", "MACHINE_EXITED"],
    ["unhealthy", "canary", "CHECKS_FAILED"],
  ])("that %s, by %s, loses no request and ends on the old version", async (version, strategy, code) => {
    const before = await machineIds();
    const requests = load();
    const error = await cli.fails(deployArgs(version, "--strategy", strategy, "--wait-timeout", "8"));
    const { lost, answers } = await requests.stop();
    expect(error).toMatchObject({ exitCode: 1, code, details: { rolledBack: true } });
    expect(lost).toEqual([]);
    expect([...answers.keys()]).toEqual(["two"]);
    expect(await machineIds()).toEqual(before);
  });
});

test("a deploy that is killed three times is ended by the next, and nothing is there twice", async () => {
  for (const [index, afterMs] of [400, 900, 1_600].entries()) {
    const killed = cli.begin(deployArgs(index % 2 === 0 ? "one" : "two", "--force", "--strategy", "bluegreen"));
    await new Promise((resolve) => void setTimeout(resolve, afterMs));
    killed.kill();
    await killed.ended;
  }
  const requests = load();
  const deployed = await deploy("one", "--force");
  const { lost } = await requests.stop();
  expect(deployed.machines.map(({ region }) => region).toSorted()).toEqual(REGIONS.toSorted());
  expect(await machineIds()).toEqual(deployed.machines.map(({ id }) => id).toSorted());
  expect(lost).toEqual([]);
});
