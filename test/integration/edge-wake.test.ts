// Requests to machines that sleep, through a whole edge on loopback: control is the test itself.
import { describe, expect, test } from "vitest";
import type { WorldCheck, WorldMachine } from "../../src/contract/world.ts";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { until, useEdge } from "../support/edge-suite.ts";
import { startEchoMachine } from "../support/raw-machine.ts";

const { edge, restart, machine, adopt, ask } = useEdge();
const ADDRESS = "127.0.1.7";
const PORT = 21_507;

const sleeper = (more: Partial<WorldMachine> = {}, checks: WorldCheck[] = []) =>
  worldMachine({
    ...{ id: "m1", region: "ams", address4: ADDRESS, port: PORT, started: false, checks },
    service: { autostart: true },
    more: { state: "stopped", stoppedAtMs: 0, ...more },
  });
const awake = (checks: WorldCheck[] = []) => sleeper({ started: true, state: "started" }, checks);
const wakes = (): string[] => edge().posts.flatMap(({ path }) => (path.endsWith("/wake") ? [path] : []));

describe("a sleeping machine", () => {
  test("AS-10: 200 simultaneous requests start it once, are held, and all succeed", async () => {
    await edge().apply(worldOf(1, ["ams"], [sleeper()]));
    const answers = Promise.all(Array.from({ length: 200 }, () => ask("my-app.localhost")));
    await until("the order to control", () => wakes().length > 0);
    await edge().apply(worldOf(2, ["ams"], [awake()]));
    adopt(await startEchoMachine(ADDRESS, undefined, PORT));
    expect((await answers).map(({ status }) => status)).toEqual(Array.from({ length: 200 }, () => 200));
    expect(wakes()).toEqual(["/hangar/v1/machines/m1/wake"]);
    const log = JSON.stringify(edge().posts);
    for (const line of ["starting the machine", "machine started in", "port is open after"])
      expect(log).toContain(line);
  });

  test("AS-15: its program may take a while to listen, and its checks have to pass", async () => {
    const check: WorldCheck = {
      ...{ name: "up", type: "http", port: PORT, intervalMs: 60_000, timeoutMs: 500, gracePeriodMs: 0, path: "/up" },
      gatesRouting: true,
    };
    await edge().apply(worldOf(1, ["ams"], [sleeper({}, [check])]));
    const answer = ask("my-app.localhost");
    await until("the order to control", () => wakes().length > 0);
    await edge().apply(worldOf(2, ["ams"], [awake([check])]));
    let healthy = false;
    adopt(
      await startEchoMachine(
        ADDRESS,
        (request, response) => {
          if (request.url !== "/up") return false;
          response.writeHead(healthy ? 204 : 503).end();
          return true;
        },
        PORT,
      ),
    );
    await until("the open port", () => JSON.stringify(edge().posts).includes("port is open"));
    healthy = true;
    expect((await answer).status).toBe(200);
  });

  test("ER-02 PM01 PM02: what cannot be started is given up, and another machine takes the request", async () => {
    await restart({ post: (path) => Promise.resolve({ status: path.endsWith("/wake") ? 500 : 200, body: "{}" }) });
    await edge().apply(worldOf(1, ["ams"], [sleeper()]));
    expect((await ask("my-app.localhost")).status).toBe(502);
    const { host, port } = await machine("127.0.2.2");
    const other = worldMachine({ id: "m2", region: "iad", address4: host, port });
    await edge().apply(worldOf(2, ["ams", "iad"], [sleeper(), other]));
    expect(await ask("my-app.localhost")).toMatchObject({ status: 200, trace: { machine: "m2" } });
    expect(edge().logs.join("\n")).toContain("[PM01]");
    await restart({
      post: (path) =>
        path.endsWith("/wake") ? Promise.reject(new Error("down")) : Promise.resolve({ status: 200, body: "{}" }),
    });
    await edge().apply(worldOf(1, ["ams"], [sleeper()]));
    expect((await ask("my-app.localhost")).status).toBe(502);
    expect(edge().logs.join("\n")).toContain("[PM02]");
  });

  test("ER-02: what was started and does not listen for 8 s ends in PM05 and 502", async () => {
    await edge().apply(worldOf(1, ["ams"], [sleeper()]));
    const answer = ask("my-app.localhost");
    await until("the order to control", () => wakes().length > 0);
    const startedMs = performance.now();
    await edge().apply(worldOf(2, ["ams"], [awake()]));
    expect((await answer).status).toBe(502);
    // A timer may run a moment before its time; how late it runs is the machine's affair.
    expect(performance.now() - startedMs).toBeGreaterThan(8_000);
    expect(edge().logs.join("\n")).toMatch(/\[PM05\].*\n.*\[PR03\].*last error: \[PM05\]/);
  });

  test("PM08: a machine that fails while it is awaited ends the wait", async () => {
    await edge().apply(worldOf(1, ["ams"], [sleeper()]));
    const answer = ask("my-app.localhost");
    await until("the order to control", () => wakes().length > 0);
    await edge().apply(worldOf(2, ["ams"], [sleeper({ state: "failed" })]));
    expect((await answer).status).toBe(502);
    expect(edge().logs.join("\n")).toContain("[PM08]");
  });
});
