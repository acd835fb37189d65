// The edge on real networks behind a real wan: every way between regions costs its distance once, and nothing else does.
import http from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EDGE_BACKHAUL_PORT, EDGE_HTTP_PORT } from "../../src/contract/ports.ts";
import { type ProbeResult } from "../../src/contract/probe.ts";
import { type World } from "../../src/contract/world.ts";
import { machineAddresses, regionAddresses } from "../../src/emulator/topology/address-plan.ts";
import { AppError } from "../../src/errors/app-error.ts";
import { BACKHAUL_PATH_US } from "../../src/emulator/wan/link-table.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { docker } from "../support/docker-cli.ts";
import {
  type EdgePlanet,
  MACHINE_PORT,
  startEdgePlanet,
  type TimedAnswer,
  timedRequest,
} from "../support/edge-planet.ts";
import { quantile } from "../support/wan-rig.ts";

const BLOCK = 14;
const REGIONS = ["ams", "iad", "nrt", "syd"] as const;
const LINKS: World["links"] = [
  { a: "ams", b: "iad", rttMs: 80 },
  { a: "iad", b: "nrt", rttMs: 150 },
  { a: "ams", b: "nrt", rttMs: 235 },
  { a: "ams", b: "syd", rttMs: 260 },
  { a: "iad", b: "syd", rttMs: 200 },
  { a: "nrt", b: "syd", rttMs: 105 },
];
const LATE = "syd";

type Region = (typeof REGIONS)[number];

function rttOf(from: string, to: string): number {
  return LINKS.find(({ a, b }) => (a === from && b === to) || (a === to && b === from))?.rttMs ?? 0;
}
const slotOf = (region: Region): number => REGIONS.indexOf(region);

describe("edge", () => {
  let planet: EdgePlanet;
  let present: World;

  beforeAll(async () => {
    planet = await startEdgePlanet({
      planet: "test-edge",
      block: BLOCK,
      regions: REGIONS,
      serving: ["ams", "nrt"],
      links: LINKS,
    });
    const { world } = planet;
    const without = (region: string): boolean => region !== LATE;
    present = {
      ...world,
      regions: world.regions.filter(({ code }) => without(code)),
      links: world.links.filter(({ a, b }) => without(a) && without(b)),
      machines: world.machines.filter(({ region }) => without(region)),
    };
  });
  afterAll(() => planet?.stop());

  /**
   * The lower quartile counts: what a way costs, and not what other programs on the machine make of it. A measurement
   * is taken again until a quiet one; none may be 1 ms too early.
   */
  const takes = (
    rttMs: number,
    what: string,
    measure: () => Promise<readonly number[]>,
    toleranceMs = 1 + rttMs / 100,
  ): Promise<boolean> =>
    waitUntil(
      async () => {
        const times = await measure();
        const errorMs = quantile(times, 0.25) - rttMs;
        if (Math.min(...times) - rttMs > -1 && errorMs < toleranceMs) return true;
        throw new AppError("DEADLINE", `the lower quartile is ${errorMs} ms off: ${times.join(" ")}`);
      },
      { what: `${what} to take ${rttMs} ms`, deadlineMs: 30_000, intervalMs: 500 },
    );
  /** A request also passes three programs: what it adds to the distance is judged by \`make demo\`; here a second round trip would show. */
  const REQUEST_TOLERANCE_MS = 3;
  const serves = (region: string): Promise<unknown> =>
    waitUntil(
      async () =>
        (await timedRequest(planet.host, { host: `${region}.my-app.localhost` })).status === 200 ? true : undefined,
      {
        what: `the app to answer in ${region}`,
        deadlineMs: 20_000,
        intervalMs: 50,
      },
    );

  test("refuses strangers, and a world with a region that it is not attached to", async () => {
    expect(await planet.call("GET", "/status", undefined, "guess")).toMatchObject({ status: 401 });
    expect(await planet.call("PUT", "/world", planet.world)).toMatchObject({
      status: 503,
      body: { code: "PLANET_START_FAILED", details: { regions: [LATE] } },
    });
    expect(await planet.call("PUT", "/world", { version: "x" })).toMatchObject({ status: 400 });
    expect(await planet.status()).toMatchObject({ component: "edge", worldVersion: -1 });
  });

  test("puts a world in force, and an older one not", async () => {
    expect(await planet.wan.put(present)).toMatchObject({ status: 200 });
    expect(await planet.call("PUT", "/world", present)).toEqual({ status: 200, body: { version: 1 } });
    expect(await planet.call("PUT", "/world", { ...present, version: 0 })).toEqual({
      status: 200,
      body: { version: 1 },
    });
  });

  test("reports health checks to control, and what listens where nothing was said", async () => {
    await waitUntil(
      () => (["httpams", "httpnrt"].every((id) => JSON.stringify(planet.asked).includes(id)) ? true : undefined),
      {
        what: "the reports",
        deadlineMs: 20_000,
        intervalMs: 20,
      },
    );
    expect(
      planet.asked.flatMap(({ path, body }) => (path === "/hangar/v1/checks" ? (body as object[]) : [])),
    ).toContainEqual(
      expect.objectContaining({ machineId: "httpnrt", instanceId: "httpnrt-1", name: "up", status: "passing" }),
    );
  });

  test.each<[Region, Region]>([
    ["ams", "iad"],
    ["iad", "nrt"],
    ["nrt", "ams"],
  ])("a connection from edge in %s to %s pays the distance, also to edge itself", async (from, to) => {
    const near = regionAddresses(BLOCK, slotOf(from));
    const far = regionAddresses(BLOCK, slotOf(to));
    const machine = machineAddresses(BLOCK, slotOf(to), 1);
    const rttMs = rttOf(from, to);
    const connect = (local: string, host: string, port: number) => () =>
      planet.probe<number[]>("connect", local, host, String(port), "5");
    expect(await takes(rttMs, "a connection to a machine over IPv4", connect(near.edge4, machine.address4, 7000))).toBe(
      true,
    );
    expect(await takes(rttMs, "a connection to a machine over IPv6", connect(near.edge6, machine.address6, 7000))).toBe(
      true,
    );
    expect(await takes(rttMs, "a connection to edge itself", connect(near.edge4, far.edge4, EDGE_HTTP_PORT))).toBe(
      true,
    );
    const backhaulMs = rttMs - (2 * BACKHAUL_PATH_US) / 1_000;
    expect(await takes(backhaulMs, "the backhaul", connect(near.edge4, far.edge4, EDGE_BACKHAUL_PORT))).toBe(true);
  });

  test("a connection inside a region pays nothing", async () => {
    const { edge4, edge6 } = regionAddresses(BLOCK, slotOf("nrt"));
    const { address4, address6 } = machineAddresses(BLOCK, slotOf("nrt"), 2);
    expect(
      await takes(0, "a connection over IPv4", () =>
        planet.probe("connect", edge4, address4, String(MACHINE_PORT), "5"),
      ),
    ).toBe(true);
    expect(
      await takes(0, "a connection over IPv6", () =>
        planet.probe("connect", edge6, address6, String(MACHINE_PORT), "5"),
      ),
    ).toBe(true);
  });

  test("loopback and the engine's names still work in edge's container", async () => {
    expect(await planet.probe("loopback")).toBe(true);
    expect(await planet.probe("lookup", planet.wan.wan)).toEqual(
      expect.arrayContaining([expect.objectContaining({ family: 4 })]),
    );
    const routes = await docker("exec", planet.edge, "ip", "route", "show", "default");
    expect(routes).toContain(planet.host.replace(/\d+$/, "1"));
  });

  test.each([4, 6] as const)("measures the way between regions over IPv%i", async (family) => {
    for (const [from, to] of [
      ["ams", "nrt"],
      ["nrt", "iad"],
      ["iad", "iad"],
    ] as const) {
      expect(
        await takes(rttOf(from, to), `a datagram from ${from} to ${to}`, async () => {
          const { status, body } = await planet.call("POST", "/probe", { from, to, family, count: 9, intervalMs: 5 });
          expect(status).toBe(200);
          expect(body).toMatchObject({ sent: 9, received: 9 });
          return (body as ProbeResult).rttsMs;
        }),
      ).toBe(true);
    }
  });

  /** Requests of one client in a region, one after the other over one connection: their times and where they went. */
  const requests = async (entry: string, count: number): Promise<TimedAnswer[]> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    const headers = { host: `${entry}.my-app.localhost`, "hangar-trace": "1" };
    const answers = [];
    for (let n = 0; n < count; n += 1) answers.push(await timedRequest(planet.host, headers, agent));
    agent.destroy();
    return answers;
  };

  test.each<[Region, Region]>([
    ["ams", "ams"],
    ["iad", "ams"],
    ["nrt", "nrt"],
  ])("a request that enters in %s is served in %s for one round trip, from the first one on", async (entry, region) => {
    await serves(entry);
    const rttMs = rttOf(entry, region);
    expect(
      await takes(
        rttMs,
        `a request from ${entry}`,
        async () => {
          const answers = await requests(entry, 9);
          for (const { status, headers } of answers) {
            expect(status).toBe(200);
            expect(headers["x-region"]).toBe(region);
            expect(JSON.parse(String(headers["hangar-trace"]))).toEqual({
              edge: entry,
              region,
              machine: `http${region}`,
              rttMs,
              attempts: 1,
            });
          }
          const [first, ...others] = answers.map(({ elapsedMs }) => elapsedMs);
          // A handshake between the regions would cost a second round trip.
          expect(first).toBeLessThan(2 * Math.max(rttMs, 50));
          return others;
        },
        REQUEST_TOLERANCE_MS,
      ),
    ).toBe(true);
  });

  test("is whole again after its process was killed, without a word from control", async () => {
    const { startId, pid } = await planet.status();
    await docker("exec", planet.edge, "sh", "-c", `kill -9 ${pid}`);
    await waitUntil(async () => ((await planet.status()).startId === startId ? undefined : true), {
      what: "another process",
      deadlineMs: 20_000,
      intervalMs: 50,
    });
    expect(await planet.status()).toMatchObject({ worldVersion: 1 });
    await serves("iad");
    const first = await timedRequest(planet.host, { host: "iad.my-app.localhost" });
    expect(first.elapsedMs).toBeGreaterThan(79.5);
  });

  test("a region that nobody used becomes active with its first client", async () => {
    planet.onActivate = async (regions) => {
      for (const region of regions) await planet.addRegion(region);
      await planet.wan.put({ ...planet.world, version: 2 });
      expect(await planet.call("PUT", "/world", { ...planet.world, version: 2 })).toEqual({
        status: 200,
        body: { version: 2 },
      });
    };
    const { status, headers } = await timedRequest(planet.host, {
      host: "my-app.localhost",
      "hangar-client-region": LATE,
    });
    expect({ status, region: headers["x-region"] }).toEqual({ status: 200, region: "nrt" });
    expect(planet.asked).toContainEqual({ path: "/hangar/v1/regions/activate", body: { regions: [LATE] } });
    expect(
      await takes(rttOf(LATE, "nrt"), `a request from ${LATE}`, async () =>
        (await requests(LATE, 9)).map(({ elapsedMs }) => elapsedMs),
      ),
    ).toBe(true);
  });
});
