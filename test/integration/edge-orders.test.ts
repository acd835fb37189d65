// What control asks of the edge: draining, measuring, keeping ways between regions open; on loopback.
import dgram from "node:dgram";
import { describe, expect, test } from "vitest";
import { createEdge } from "../../src/emulator/edge/edge.ts";
import { systemTimer } from "../../src/platform/clock.ts";
import { type EdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { until, useEdge } from "../support/edge-suite.ts";

const REGIONS = ["ams", "iad", "nrt"];

const { edge, machine, held, ask } = useEdge();

describe("orders from control", () => {
  const edgeOf = (rig: EdgeRig) =>
    createEdge({
      ...{ dataPlane: rig.dataPlane, startId: "s", pid: 1, log: () => undefined },
      routing: { apply: () => Promise.resolve({ missing: [] }) },
      file: { load: () => Promise.resolve(undefined), save: () => Promise.resolve() },
      probe: { echoPort: rig.echoPort, monotonicMs: () => performance.now(), timer: systemTimer },
    });

  test("a drain answers when nothing is in flight at the machine, or says what is left", async () => {
    const component = edgeOf(edge());
    const a = await machine("127.0.1.2");
    const m1 = worldMachine({ id: "a", region: "ams", address4: a.host, port: a.port });
    await component.putWorld(worldOf(1, REGIONS, [m1]));
    expect(await component.drain("a", 0)).toBe(0);
    const answer = ask("iad.my-app.localhost", { path: "/hold" });
    await until("the request", () => held.length === 1);
    expect(await component.drain("a", 1)).toBe(1);
    await component.putWorld(worldOf(2, REGIONS, [{ ...m1, cordoned: true }]));
    const drained = component.drain("a", 5_000);
    held.shift()?.end("done");
    expect(await drained).toBe(0);
    expect((await answer).status).toBe(200);
  });

  test("a measurement counts what came back; strangers get no echo", async () => {
    const component = edgeOf(edge());
    await component.putWorld(worldOf(1, REGIONS, []));
    expect(await component.probe({ from: "ams", to: "iad", family: 4, count: 5, intervalMs: 1 })).toMatchObject({
      sent: 5,
      received: 5,
    });
    await expect(component.probe({ from: "ams", to: "syd", family: 4, count: 1, intervalMs: 1 })).rejects.toMatchObject(
      { code: "REGION_UNKNOWN" },
    );
    const stranger = dgram.createSocket("udp4");
    let echoed = 0;
    stranger.on("message", () => (echoed += 1));
    await new Promise<void>((resolve) => stranger.bind(0, "127.0.9.9", resolve));
    await new Promise((resolve) => stranger.send("x", edge().echoPort, "127.0.1.253", resolve));
    await component.probe({ from: "ams", to: "ams", family: 4, count: 3, intervalMs: 1 });
    stranger.close();
    expect(echoed).toBe(0);
  });

  test("one connection waits on each way that requests would take, and is replaced when it is used", async () => {
    const a = await machine("127.0.1.2");
    await edge().apply(worldOf(1, REGIONS, [worldMachine({ id: "a", region: "ams", address4: a.host, port: a.port })]));
    const { warm } = edge().dataPlane.backhaul;
    await until("both ways", () => warm("iad ams") === 1 && warm("nrt ams") === 1);
    expect(warm("ams iad")).toBe(0);
    await Promise.all([1, 2, 3].map(() => ask("iad.my-app.localhost")));
    await until("one to wait again", () => warm("iad ams") >= 1);
  });
});
