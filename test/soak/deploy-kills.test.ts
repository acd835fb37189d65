// Kills the program of a deploy at random instants. Each time the next deploy has to end what was begun: all machines run one
// version, none is there twice, and the app has answered all the while.
import { afterAll, beforeAll, expect, test } from "vitest";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { startLoad } from "../support/steady-load.ts";
import { buildVersions, imageOf, removeVersions, writeApp } from "../support/versions.ts";

const KILLS = Number(process.env["HANGAR_SOAK_KILLS"] ?? "100");
const PLANET = "soak-deploys";
const PORTS = { httpPort: 21_710, controlPort: 21_711 };
const REGIONS = ["iad", "ams", "nrt"];
const VERSIONS = ["one", "two"];
const STRATEGIES = ["rolling", "bluegreen", "canary"];
/** Share of a deploy's own time up to which it is killed: a few kills come when it is over, and find nothing to end. */
const UP_TO = 1.1;

let cli: HangarCli;
let folder: string;
/** Milliseconds that an undisturbed deploy takes here, by strategy. */
const tookMs = new Map<string, number>();

const deployArgs = (version: string, ...more: string[]): string[] => [
  "deploy",
  folder,
  ...["--image", imageOf(PLANET, version), "--lease-timeout", "2", ...more],
];
/** Machine and image of each container that runs. */
const containers = async (): Promise<string[]> => {
  const filters = [`label=dev.hangar.planet=${PLANET}`, "label=dev.hangar.component=machine"];
  const args = filters.flatMap((filter) => ["--filter", filter]);
  const format = '{{.Label "dev.hangar.machine"}} {{.Image}}';
  return (await cli.docker("ps", ...args, "--format", format)).split("\n").toSorted();
};

beforeAll(async () => {
  await machineEngine.prepare(["node:24-bookworm-slim"]);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await cli.run(["reset", "--yes"]);
  await buildVersions(PLANET, VERSIONS);
  folder = await writeApp(`${cli.dir}/shop`, "shop");
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
  await cli.json(deployArgs("one", "--regions", REGIONS.join(",")));
  for (const strategy of STRATEGIES) {
    const beganMs = performance.now();
    await cli.json(deployArgs("one", "--force", "--strategy", strategy));
    tookMs.set(strategy, performance.now() - beganMs);
  }
});
afterAll(async () => {
  await cli[Symbol.asyncDispose]();
  await removeVersions(PLANET, VERSIONS);
});

test(`after each of ${KILLS} kills the next deploy ends what was begun`, async () => {
  const hosts = REGIONS.map((region) => `${region}.shop.localhost`);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const strategy = STRATEGIES[kill % STRATEGIES.length] ?? "rolling";
    const requests = startLoad({ port: PORTS.httpPort, hosts, perSecond: 20 });
    const version = kill % 2 === 0 ? "two" : "one";
    const killed = cli.begin(deployArgs(version, "--force", "--strategy", strategy));
    const afterMs = Math.random() * UP_TO * (tookMs.get(strategy) ?? 0);
    await new Promise((resolve) => void setTimeout(resolve, afterMs));
    killed.kill();
    await killed.ended;
    const { machines } = await cli.json<{ machines: { id: string; region: string }[] }>(deployArgs("one"));
    const { lost } = await requests.stop();
    const what = `kill ${kill}: ${strategy} of ${version} after ${Math.round(afterMs)} ms`;
    expect(machines.map(({ region }) => region).toSorted(), what).toEqual(REGIONS.toSorted());
    expect(await containers(), what).toEqual(machines.map(({ id }) => `${id} ${imageOf(PLANET, "one")}`).toSorted());
    expect(lost, what).toEqual([]);
  }
});
