// Kills control, wan, edge and the Docker daemon at random moments while machines come and go. After each kill the planet
// has to be whole by itself: what was acknowledged holds, every container belongs to a machine, no machine runs twice.
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ApiClient, createApiClient } from "../support/api-client.ts";
import { AppError } from "../../src/errors/app-error.ts";
import { systemClock, waitUntil } from "../../src/platform/clock.ts";
import { machineEngine, ownsDaemon } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";

const SECONDS = Number(process.env["HANGAR_SOAK_SECONDS"] ?? "60");
const PLANET = "soak";
const PORTS = { httpPort: 18_083, controlPort: 14_283 };
const REGIONS = ["iad", "ams", "nrt"];
const LONGEST_QUIET_MS = 1_500;

let cli: HangarCli;
let client: ApiClient;
let image: string;

beforeAll(async () => {
  await machineEngine.prepare([]);
  cli = await createHangarCli({ planet: PLANET, ...PORTS });
  await cli.run(["reset", "--yes"]);
  await cli.json(["up", "--http-port", String(PORTS.httpPort), "--control-port", String(PORTS.controlPort)]);
  const app = ["--name", "soak", "--region", "iad", "--no-deploy", "--yes"];
  await cli.json(["launch", `${cli.dir}/app`, "--template", "where-am-i", ...app]);
  ({ image } = await cli.json<{ image: string }>(["deploy", `${cli.dir}/app`, "--regions", REGIONS.join(",")]));
  client = createApiClient({ baseUrl: `http://127.0.0.1:${PORTS.controlPort}`, token: await cli.token() });
});
afterAll(() => cli[Symbol.asyncDispose]());

/** What control has said yes to. */
interface Acknowledged {
  readonly created: Set<string>;
  readonly destroyed: Set<string>;
}

/** Creates and destroys machines until it is told to end; what is not answered is not acknowledged. */
async function work(acknowledged: Acknowledged, ended: () => boolean): Promise<number> {
  let operations = 0;
  while (!ended()) {
    try {
      const region = REGIONS[operations % REGIONS.length] ?? "iad";
      const { id } = await client.createMachine("soak", { region, config: { image, restart: { policy: "always" } } });
      acknowledged.created.add(id);
      const [oldest] = acknowledged.created;
      if (acknowledged.created.size > 6 && oldest !== undefined) {
        // Without an answer it may be there or not: either is right.
        acknowledged.created.delete(oldest);
        await client.destroyMachine("soak", oldest);
        acknowledged.destroyed.add(oldest);
      }
      operations += 2;
    } catch (error) {
      // control is down or coming up: what it did not answer does not count.
      if (!(error instanceof AppError)) throw error;
    }
  }
  return operations;
}

/** Throws what is not as it should be. */
async function requireWhole({ created, destroyed }: Acknowledged): Promise<true> {
  const { state } = await client.planet();
  expect(state).toBe("ready");
  const machines = await client.machines("soak");
  const running = new Set(machines.filter((machine) => machine.state === "started").map(({ id }) => id));
  const known = new Set(machines.map(({ id }) => id));
  const states = machines
    .map(({ id, state: own, events }) => `${id} ${own} ${JSON.stringify(events.slice(0, 3))}`)
    .join("\n");
  for (const id of created) expect(running, `machine ${id} was acknowledged:\n${states}`).toContain(id);
  for (const id of destroyed) expect(known, `machine ${id} was destroyed`).not.toContain(id);
  const filters = [`planet=${PLANET}`, "component=machine"].flatMap((label) => [
    "--filter",
    `label=dev.hangar.${label}`,
  ]);
  const owners = (await cli.docker("ps", "-a", "--format", '{{.Label "dev.hangar.machine"}}', ...filters)).split("\n");
  expect(new Set(owners).size, "no machine has two containers").toBe(owners.length);
  for (const owner of owners) expect(known, `container of ${owner} is owned`).toContain(owner);
  const cities = await cli.json<{ status: number }[]>(["curl", "/", "-a", "soak", "--from", "syd,lhr,gru"]);
  expect(cities.map(({ status }) => status)).toEqual([200, 200, 200]);
  return true;
}

async function kill(target: string): Promise<void> {
  if (target === "daemon") return machineEngine.killDaemon();
  const name = `hangar-${PLANET}-${target}`;
  await cli.docker("exec", name, "sh", "-c", "kill -9 $(cat /proc/1/task/1/children)").catch(() => undefined);
  return undefined;
}

test(`survives kills for ${SECONDS} s`, async () => {
  const targets = ["control", "wan", "edge", ...((await ownsDaemon()) ? ["daemon"] : [])];
  const endsAt = systemClock.monotonic() + SECONDS * 1_000;
  const acknowledged: Acknowledged = { created: new Set(), destroyed: new Set() };
  const healedMs: number[] = [];
  let operations = 0;
  while (systemClock.monotonic() < endsAt) {
    const target = targets[Math.floor(Math.random() * targets.length)] ?? "control";
    let over = false;
    const working = work(acknowledged, () => over);
    await systemClock.sleep(Math.random() * LONGEST_QUIET_MS);
    await kill(target);
    over = true;
    operations += await working;
    const killedAt = systemClock.monotonic();
    await waitUntil(() => requireWhole(acknowledged), {
      what: `the planet to be whole after the death of ${target}`,
      deadlineMs: 90_000,
      intervalMs: 200,
    });
    healedMs.push(systemClock.monotonic() - killedAt);
  }
  const sorted = healedMs.toSorted((a, b) => a - b);
  const seconds = (share: number): string =>
    ((sorted[Math.floor(share * (sorted.length - 1))] ?? 0) / 1_000).toFixed(1);
  process.stdout.write(
    `${sorted.length} kills, ${operations} acknowledged operations; whole again after ${seconds(0.5)} s (median), ${seconds(1)} s (longest)\n`,
  );
  expect(sorted.length).toBeGreaterThan(0);
});
