// Wake from zero on a real planet: a stopped machine is started by a request, once, and costs little more than its start.
import { readFileSync } from "node:fs";
import http from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import { rttMs } from "../../src/emulator/index.ts";
import type { CityLoad } from "../../src/operations/load/tally.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { machineEngine } from "../support/engines.ts";
import { createHangarCli, type HangarCli } from "../support/hangar-cli.ts";
import { machineCommandCases } from "../support/machine-commands.ts";
import { SERVICE_PORTS, serviceCases } from "../support/service-cases.ts";

const APP = "wake";
const ROUNDS = 3;
/** What the first request may take beyond the engine's start and the app's own. */
const ALLOWED_MS = 100;
const SIMULTANEOUS = 200;

let cli: HangarCli;
let machine: string;
let token: string;

interface MachineView {
  readonly state: string;
  readonly events: readonly { readonly type: string; readonly status: string; readonly timestamp: number }[];
}

const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const response = await fetch(`http://127.0.0.1:${cli.controlPort}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
};
const view = (): Promise<MachineView> => api("GET", `/v1/apps/${APP}/machines/${machine}`);
const starts = async (): Promise<number> =>
  (await view()).events.filter(({ type, status }) => type === "start" && status === "started").length;
const stop = async (): Promise<void> => {
  await api("POST", `/v1/apps/${APP}/machines/${machine}/stop`);
  await api("GET", `/v1/apps/${APP}/machines/${machine}/wait?state=stopped&timeout=60`);
};
const ask = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const options = { port: cli.httpPort, host: "127.0.0.1", agent: false, headers: { host: `${APP}.localhost` } };
    http
      .get(options, (response) => response.resume().on("end", () => resolve(response.statusCode ?? 0)))
      .on("error", reject);
  });
const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
};
/** The engine's start and the app's own, without a request that waits for them. */
const startByHand = async (): Promise<void> => {
  await api("POST", `/v1/apps/${APP}/machines/${machine}/start`);
  await api("GET", `/v1/apps/${APP}/machines/${machine}/wait?state=started&timeout=60`);
  await waitUntil(async () => ((await ask()) === 200 ? true : undefined), {
    ...{ what: "the app to answer", deadlineMs: 30_000, intervalMs: 2 },
  });
};

beforeAll(async () => {
  await machineEngine.prepare(["node:24-bookworm-slim"]);
  cli = await createHangarCli({ planet: "e2e-wake", httpPort: 21_510, controlPort: 21_511 });
  await cli.run(["reset", "--yes"]);
  await cli.json(["up", "--http-port", "21510", "--control-port", "21511", "--service-ports", SERVICE_PORTS]);
  const dir = `${cli.dir}/app`;
  await cli.json(["launch", dir, "--template", "where-am-i", "--name", APP, "--region", "iad", "--no-deploy", "--yes"]);
  const { machines } = await cli.json<{ machines: { id: string }[] }>(["deploy", dir, "--regions", "iad"]);
  machine = machines[0]?.id ?? "";
  token = await cli.token();
});
afterAll(() => cli[Symbol.asyncDispose]());

test("AS-10 AS-14: the first request to a stopped machine takes its start and at most 100 ms", async () => {
  const woken: number[] = [];
  const byHand: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await stop();
    byHand.push(await timed(startByHand));
    await stop();
    woken.push(await timed(async () => expect(await ask()).toBe(200)));
  }
  process.stdout.write(
    `wake: ${woken.map(Math.round).join(", ")} ms; by hand: ${byHand.map(Math.round).join(", ")} ms\n`,
  );
  expect(Math.min(...woken)).toBeLessThan(Math.min(...byHand) + ALLOWED_MS);
});

test("AS-10: 200 simultaneous first requests start the machine once, and all succeed", async () => {
  await stop();
  const before = await starts();
  const statuses = await Promise.all(Array.from({ length: SIMULTANEOUS }, ask));
  expect(new Set(statuses)).toEqual(new Set([200]));
  expect(await starts()).toBe(before + 1);
});

test("a load from two cities keeps its rate whatever the distance, and is drawn", async () => {
  const picture = `${cli.dir}/load.svg`;
  const asked = ["load", "/", "-a", APP, "--from", "syd,lhr", "--rps", "40", "--duration", "3s", "--svg", picture];
  const loads = await cli.json<CityLoad[]>(asked);
  expect(loads).toMatchObject([
    { from: "syd", sent: 60, ok: 60, errors: 0, regions: { iad: 60 }, configuredRttMs: rttMs("syd", "iad") },
    { from: "lhr", sent: 60, ok: 60, errors: 0, regions: { iad: 60 }, configuredRttMs: rttMs("lhr", "iad") },
  ]);
  for (const { latencyMs, configuredRttMs } of loads)
    expect(latencyMs?.min).toBeGreaterThan((configuredRttMs ?? Infinity) - 1);
  expect(readFileSync(picture, "utf8")).toMatch(/^<svg [\s\S]*Sydney[\s\S]*London[\s\S]*<\/svg>\n$/);
  const outside = await cli.run(["load", "http://example.com/", "--from", "syd"]);
  expect(outside).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("is no app of the planet") });
});

test("AS-02 AS-04: a machine without requests is stopped, says so in the app's log, and comes back with the next request", async () => {
  const changed = await api<{ autostopPeriodMs: number }>("PUT", "/hangar/v1/settings", { autostopPeriodMs: 500 });
  expect(changed).toMatchObject({ autostopPeriodMs: 500 });
  const { config } = await api<{ config: { services: object[] } }>("GET", `/v1/apps/${APP}/machines/${machine}`);
  const services = config.services.map((service) => ({ ...service, autostop: true }));
  await api("POST", `/v1/apps/${APP}/machines/${machine}`, { config: { ...config, services } });
  await waitUntil(async () => ((await view()).state === "stopped" ? true : undefined), {
    ...{ what: "the machine to be stopped", deadlineMs: 30_000, intervalMs: 50 },
  });
  expect(await ask()).toBe(200);
  const log = await cli.run(["logs", "-a", APP, "--tail", "200"]);
  expect(`${log.stdout}${log.stderr}`).toContain("more machines than it needs");
});

// The planet is there already: bringing another one up would take longer than these.
machineCommandCases(() => cli);
serviceCases(() => cli);
