import { createServer } from "node:net";
import { afterAll, beforeAll, describe, test } from "vitest";
import type { World } from "../../src/contract/world.ts";
import { managementAddresses } from "../../src/emulator/topology/address-plan.ts";
import { HOST_PATH_US } from "../../src/emulator/wan/link-table.ts";
import { AppError } from "../../src/errors/app-error.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { docker } from "../support/docker-cli.ts";
import { quantile, startWanRig, type WanRig } from "../support/wan-rig.ts";

const BLOCK = 15;
const LINKS: World["links"] = [
  { a: "iad", b: "ams", rttMs: 80 },
  { a: "iad", b: "nrt", rttMs: 150 },
  { a: "ams", b: "fra", rttMs: 5 },
  { a: "iad", b: "fra", rttMs: 90 },
  { a: "ams", b: "nrt", rttMs: 235 },
  { a: "fra", b: "nrt", rttMs: 230 },
];
/** Attached last, by a test. */
const LATE_REGION = "fra";

describe("wan", () => {
  let rig: WanRig;
  beforeAll(async () => {
    rig = await startWanRig({
      planet: "test-wan",
      block: BLOCK,
      regions: ["iad", "ams", "nrt", LATE_REGION],
      links: LINKS,
    });
  });
  afterAll(() => rig?.stop());

  /** A restarted wan says by its startId that it is another process. */
  const restarted = (before: string, version: number): Promise<unknown> =>
    waitUntil(
      async () => {
        const { startId, worldVersion } = await rig.status();
        return startId !== before && worldVersion === version ? true : undefined;
      },
      { what: "wan to be whole again", deadlineMs: 20_000, intervalMs: 50 },
    );
  /**
   * The larger one of the median errors over TCP and UDP. Other programs on the machine disturb a measurement: it is taken again until a
   * quiet one, and none may show packets that come too early.
   */
  const quietErrorMs = (from: string, to: string, family: 4 | 6, rttMs: number): Promise<number> => {
    const what = `a median within 1 ms of ${rttMs} ms from ${from} to ${to} over IPv${family}`;
    return waitUntil(
      async () => {
        const { tcp, udp } = await rig.measure(from, to, family, 11);
        const errorsMs = [tcp, udp].map((values) => quantile(values, 0.5) - rttMs);
        const earliestMs = Math.min(...tcp, ...udp) - rttMs;
        // What wan takes off for the host's own path is the most that a packet can be early by.
        const mayBeEarlyMs = (2 * HOST_PATH_US) / 1_000 + 0.05;
        if (earliestMs > -mayBeEarlyMs && errorsMs.every((errorMs) => Math.abs(errorMs) < 1))
          return Math.max(...errorsMs.map(Math.abs));
        throw new AppError("DEADLINE", `medians ${errorsMs.join(", ")} ms off, earliest ${earliestMs} ms`);
      },
      { what, deadlineMs: 40_000, intervalMs: 1_000 },
    );
  };

  test("refuses strangers, and a world whose networks it is not attached to yet", async ({ expect }) => {
    expect(await rig.put(rig.world, "guess")).toMatchObject({ status: 401 });
    expect(await rig.put(rig.world)).toMatchObject({
      status: 409,
      body: { code: "CONFLICT", details: { regions: [LATE_REGION] } },
    });
    expect(await rig.status()).toMatchObject({ component: "wan", worldVersion: -1 });
  });

  test("puts a world in force when the last region is there", async ({ expect }) => {
    await rig.addRegion(LATE_REGION);
    expect(await rig.put(rig.world)).toEqual({ status: 200, body: { version: 1 } });
    expect(await rig.put({ ...rig.world, version: 0 })).toEqual({ status: 200, body: { version: 1 } });
    expect((await rig.status()).worldVersion).toBe(1);
  });

  test.for([
    ["iad", "ams", 80],
    ["iad", "nrt", 150],
    ["ams", "fra", 5],
    ["iad", "iad", 0],
  ] as const)("carries packets from %s to %s in the configured %i ms", async ([from, to, rttMs], { expect }) => {
    for (const family of [4, 6] as const) expect(await quietErrorMs(from, to, family, rttMs)).toBeLessThan(1);
  });

  test("answers private names in every region, through the engine's own resolver", async ({ expect }) => {
    const [iad, ams] = rig.world.machines.map(({ address6 }) => address6);
    expect(await rig.probe("iad", "lookup", "AAAA", "ams.echo.internal")).toEqual([ams]);
    expect(await rig.probe("iad", "lookup", "AAAA", "top1.nearest.of.echo.internal")).toEqual([iad]);
    expect(await rig.probe("ams", "lookup", "AAAA", "top1.nearest.of.echo.internal")).toEqual([ams]);
    expect(await rig.probe<string[]>("nrt", "lookup", "AAAA", "echo.internal")).toHaveLength(4);
    expect(await rig.probe("nrt", "lookup", "TXT", "regions.echo.internal")).toEqual([["ams,fra,iad,nrt"]]);
    expect(await rig.probe("iad", "lookup", "A", "echo.internal")).toBe("ENODATA");
    expect(await rig.probe("iad", "lookup", "AAAA", "idle.internal")).toBe("ENODATA");
    expect(await rig.probe("iad", "lookup", "AAAA", "nobody.internal")).toBe("ENOTFOUND");
  });

  test("keeps machines away from the management network and from other planets", async ({ expect }) => {
    const { wan4, bridge4 } = managementAddresses(BLOCK);
    for (const [host, port] of [
      [wan4, 4281],
      [bridge4, 22],
      [managementAddresses(14).bridge4, 22],
    ] as const) {
      expect(await rig.probe("iad", "connect", host, String(port)), host).toMatch(
        /^(timeout|EHOSTUNREACH|ENETUNREACH)$/,
      );
    }
  });

  test("lets machines out under its own address", async ({ expect }) => {
    const gateway = await docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}");
    const peers: (string | undefined)[] = [];
    const server = createServer((socket) => {
      peers.push(socket.remoteAddress);
      socket.destroy();
    });
    const port = await new Promise<number>((resolve) => {
      server.listen({ host: gateway, port: 0 }, () => resolve((server.address() as { port: number }).port));
    });
    try {
      expect(await rig.probe("nrt", "connect", gateway, String(port))).toBe("connected");
      expect(peers).toEqual([managementAddresses(BLOCK).wan4]);
    } finally {
      server.close();
    }
  });

  test("changes a link's delay with the next world", async ({ expect }) => {
    const links = LINKS.map((link) => (link.a === "iad" && link.b === "ams" ? { ...link, rttMs: 30 } : link));
    expect(await rig.put({ ...rig.world, version: 2, links })).toEqual({ status: 200, body: { version: 2 } });
    expect(await quietErrorMs("iad", "ams", 4, 30)).toBeLessThan(1);
    expect(await rig.put({ ...rig.world, version: 3 })).toMatchObject({ status: 200 });
  });

  test("is whole again by itself after kill -9 of its process, with what that left behind", async ({ expect }) => {
    const { startId, pid } = await rig.status();
    await docker("exec", rig.wan, "sh", "-c", `kill -9 ${pid}`);
    await restarted(startId, 3);
    for (const family of [4, 6] as const) expect(await quietErrorMs("iad", "ams", family, 80)).toBeLessThan(1);
    expect(await rig.probe<string[]>("iad", "lookup", "AAAA", "echo.internal")).toHaveLength(4);
    const rules = await docker("exec", rig.wan, "sh", "-c", "ip rule; ip -6 rule; iptables-save");
    expect(rules.match(/iif wan0 lookup main/g)).toHaveLength(2);
    expect(rules.match(/-A (INPUT|FORWARD|POSTROUTING) -j HANGAR/g)).toHaveLength(3);
  });

  test("is whole again by itself after kill -9 of its whole container", async ({ expect }) => {
    const { startId } = await rig.status();
    await rig.killContainer();
    await restarted(startId, 3);
    for (const family of [4, 6] as const) expect(await quietErrorMs("iad", "ams", family, 80)).toBeLessThan(1);
    expect(await rig.probe<string[]>("iad", "lookup", "AAAA", "echo.internal")).toHaveLength(4);
  });

  test("ends promptly when it is asked to", async ({ expect }) => {
    const start = performance.now();
    await docker("stop", "-t", "10", rig.wan);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
