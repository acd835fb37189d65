// Where a request enters, which machine the edge picks, and what it does when one cannot be reached; on loopback, with
// distances that only the world claims.
import { describe, expect, test } from "vitest";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { until, useEdge } from "../support/edge-suite.ts";
import { startEchoMachine } from "../support/raw-machine.ts";

const REGIONS = ["ams", "iad", "nrt"];

const { edge, restart, machine, adopt, ask } = useEdge();

describe("entry", () => {
  test("is the host name's region, else the client's, else the planet's home", async () => {
    const { host, port } = await machine("127.0.1.2");
    await edge().apply(worldOf(1, REGIONS, [worldMachine({ id: "m1", region: "ams", address4: host, port })]));
    const edgeOf = async (name: string, headers = {}): Promise<string> => (await ask(name, { headers })).trace.edge;
    expect(await edgeOf("nrt.my-app.localhost", { "hangar-client-region": "iad" })).toBe("nrt");
    expect(await edgeOf("my-app.localhost:8080", { "hangar-client-region": "IAD" })).toBe("iad");
    expect(await edgeOf("MY-APP.fly.dev")).toBe("ams");
    expect(await edgeOf("iad.my-app.fly.dev.")).toBe("iad");
  });

  test("explains host names and regions that lead nowhere", async () => {
    await edge().apply(worldOf(1, REGIONS, []));
    const errorOf = async (name: string, headers = {}) => {
      const { status, body } = await ask(name, { headers });
      return { status, ...(JSON.parse(body) as { error: string; suggestions: string[] }) };
    };
    expect(await errorOf("example.com")).toMatchObject({
      status: 404,
      error: expect.stringContaining("<region>.<app>.localhost") as string,
    });
    expect(await errorOf("a.b.c.localhost")).toMatchObject({ status: 404 });
    expect(await errorOf("nobody.localhost")).toMatchObject({ status: 404, error: 'Could not find App "nobody"' });
    expect(await errorOf("my-app.localhost", { "hangar-client-region": "smd" })).toMatchObject({
      status: 400,
      suggestions: [expect.stringContaining("syd"), "hangar regions"],
    });
  });

  test("answers 503 before the first world, with an identifier for the log", async () => {
    const { status, headers } = await ask("my-app.localhost");
    expect(status).toBe(503);
    expect(headers["fly-request-id"]).toMatch(/^[0-9A-Z]{26}-/);
  });

  test("activates a region once for all clients that wait for it", async () => {
    await restart({});
    const { host, port } = await machine("127.0.1.2");
    const m1 = worldMachine({ id: "m1", region: "ams", address4: host, port });
    await edge().apply(worldOf(1, ["ams"], [m1]));
    const waiting = Promise.all([ask("nrt.my-app.localhost"), ask("nrt.my-app.localhost")]);
    await until("the request to control", () => edge().posts.length > 0);
    expect(edge().posts.filter(({ path }) => path.endsWith("activate"))).toEqual([
      { path: "/hangar/v1/regions/activate", body: { regions: ["nrt"] } },
    ]);
    await edge().apply(worldOf(2, ["ams", "nrt"], [m1]));
    for (const { status, trace } of await waiting)
      expect({ status, trace }).toEqual({
        status: 200,
        trace: { edge: "nrt", region: "ams", machine: "m1", rttMs: 230, attempts: 1 },
      });
  });

  test("gives up on a region that control does not activate", async () => {
    await restart({ post: () => Promise.resolve({ status: 500, body: "no" }) });
    await edge().apply(worldOf(1, ["ams"], []));
    expect((await ask("nrt.my-app.localhost")).status).toBe(503);
  });
});

describe("choice of a machine", () => {
  test("is the nearest, and the next nearest when that is cordoned, stopped or gone", async () => {
    const [a, b] = [await machine("127.0.1.2"), await machine("127.0.2.2")];
    const near = { id: "near", region: "ams", address4: a.host, port: a.port };
    const far = worldMachine({ id: "far", region: "iad", address4: b.host, port: b.port });
    const served = async (
      version: number,
      ...present: Parameters<typeof worldMachine>[0][]
    ): Promise<string | undefined> => {
      await edge().apply(worldOf(version, REGIONS, [...present.map(worldMachine), far]));
      return (await ask("ams.my-app.localhost")).trace.machine;
    };
    expect(await served(1, near)).toBe("near");
    expect(await served(2, { ...near, cordoned: true })).toBe("far");
    expect(await served(3, near)).toBe("near");
    expect(await served(4, { ...near, started: false })).toBe("far");
    expect(await served(5)).toBe("far");
  });

  test("is another one when a machine cannot be reached, and the body goes along", async () => {
    const [dead, live] = [await machine("127.0.1.2"), await machine("127.0.2.2")];
    await dead.stop();
    await edge().apply(
      worldOf(1, REGIONS, [
        worldMachine({ id: "dead", region: "ams", address4: dead.host, port: dead.port }),
        worldMachine({ id: "live", region: "iad", address4: live.host, port: live.port }),
      ]),
    );
    for (const entry of ["ams", "nrt", "iad"]) {
      const { status, body, trace } = await ask(`${entry}.my-app.localhost`, {
        method: "POST",
        body: "x".repeat(100_000),
      });
      expect({ status, machine: trace.machine, attempts: trace.attempts }).toEqual({
        status: 200,
        machine: "live",
        attempts: entry === "ams" ? 2 : 1,
      });
      expect(JSON.parse(body)).toMatchObject({ bytes: 100_000 });
    }
    // From iad the dead machine is the farther one, reached through the other edge.
    await edge().apply(
      worldOf(2, REGIONS, [
        worldMachine({ id: "dead", region: "ams", address4: dead.host, port: dead.port }),
        worldMachine({ id: "live", region: "nrt", address4: live.host, port: live.port }),
      ]),
    );
    expect((await ask("iad.my-app.localhost")).trace).toMatchObject({ machine: "live", attempts: 2 });
  });

  test("PX-04 ER-06: ends in 502 when all have failed and in 503 when there is none", async () => {
    const dead = await machine("127.0.1.2");
    await dead.stop();
    await edge().apply(
      worldOf(1, REGIONS, [worldMachine({ id: "dead", region: "ams", address4: dead.host, port: dead.port })]),
    );
    for (const entry of ["ams", "iad"]) {
      const { status, body, headers } = await ask(`${entry}.my-app.localhost`);
      expect({ status, body, length: headers["content-length"] }).toEqual({ status: 502, body: "", length: "0" });
      expect(headers["fly-request-id"]).toBeDefined();
    }
    expect(edge().logs.join("\n")).toContain(`[PC01] the machine refuses connections on this port`);
    await edge().apply(worldOf(2, REGIONS, []));
    expect((await ask("ams.my-app.localhost")).status).toBe(503);
  });

  test("ER-01: is tried up to 90 times, and PR03 then tells the last error", async () => {
    // A clock that stands still: how long the attempts take is not what is tested.
    const nowMs = Date.now();
    await restart({ nowMs: () => nowMs, timeLimits: { exchangeIdleMs: Infinity } });
    const dead = await machine("127.0.1.2");
    await dead.stop();
    await edge().apply(
      worldOf(1, REGIONS, [worldMachine({ id: "dead", region: "ams", address4: dead.host, port: dead.port })]),
    );
    const { status, trace } = await ask("ams.my-app.localhost");
    expect({ status, attempts: trace.attempts }).toEqual({ status: 502, attempts: 90 });
    const lines = edge().logs.filter((line) => line.includes("[P"));
    expect(lines).toEqual([
      expect.stringContaining("[PC01]"),
      expect.stringMatching(/\[PR03\].*90 attempts, last error: \[PC01\]/),
    ]);
  });

  test("ER-01: a machine that takes connections again before that takes the request", async () => {
    const gone = await machine("127.0.1.2");
    await gone.stop();
    await edge().apply(
      worldOf(1, REGIONS, [worldMachine({ id: "m1", region: "ams", address4: gone.host, port: gone.port })]),
    );
    const answer = ask("iad.my-app.localhost", { method: "POST", body: "kept" });
    await until("a refused attempt", () => edge().logs.some((line) => line.includes("[PC01]")));
    adopt(await startEchoMachine(gone.host, undefined, gone.port));
    const { status, body, trace } = await answer;
    expect({ status, bytes: (JSON.parse(body) as { bytes: number }).bytes }).toEqual({ status: 200, bytes: 4 });
    expect(trace.attempts).toBeGreaterThan(1);
  });

  test("PH-02: an app that is to speak HTTP/2 in the clear and does not is PU01", async () => {
    const { host, port } = await machine("127.0.1.2");
    await edge().apply(
      worldOf(1, REGIONS, [worldMachine({ id: "old", region: "ams", address4: host, port, h2Backend: true })]),
    );
    expect((await ask("iad.my-app.localhost")).status).toBe(502);
    expect(edge().logs.join("\n")).toMatch(/\[PU01\].*\n.*\[PR03\].*last error: \[PU01\]/);
  });

  test("ER-01: without an error to tell it is PR04, without a machine PR03 after PR01", async () => {
    const { host, port } = await startEchoMachine("127.0.1.2", (_request, response) => {
      response.writeHead(200, { "fly-replay": "elsewhere=true" }).end();
      return true;
    }).then((started) => (adopt(started), started));
    const only = worldMachine({ id: "m1", region: "ams", address4: host, port });
    await edge().apply(worldOf(1, REGIONS, [only]));
    expect((await ask("ams.my-app.localhost")).status).toBe(502);
    expect(edge().logs.at(-1)).toContain("[PR04]");
    await edge().apply(worldOf(2, REGIONS, []));
    expect((await ask("ams.my-app.localhost")).status).toBe(503);
    expect(edge().logs.at(-1)).toMatch(/\[PR03\].*last error: \[PR01\]/);
  });

  test("ER-05: does not send a request twice that a machine may have acted on", async () => {
    let arrived = 0;
    const dying = await startEchoMachine("127.0.1.2", (request) => {
      arrived += 1;
      request.socket.destroy();
      return true;
    });
    const other = await machine("127.0.2.2");
    adopt(dying);
    await edge().apply(
      worldOf(1, REGIONS, [
        worldMachine({ id: "dying", region: "ams", address4: dying.host, port: dying.port }),
        worldMachine({ id: "other", region: "iad", address4: other.host, port: other.port }),
      ]),
    );
    expect((await ask("ams.my-app.localhost", { method: "POST", body: "x" })).status).toBe(502);
    expect((await ask("ams.my-app.localhost")).status).toBe(502);
    expect(arrived).toBe(2);
    expect(other.seen).toEqual([]);
  });

  test("survives a kept connection that its machine closed meanwhile", async () => {
    const first = await machine("127.0.1.2");
    await edge().apply(
      worldOf(1, REGIONS, [worldMachine({ id: "m1", region: "ams", address4: first.host, port: first.port })]),
    );
    expect((await ask("ams.my-app.localhost")).status).toBe(200);
    await first.stop();
    adopt(await startEchoMachine("127.0.1.2", undefined, first.port));
    for (const entry of ["ams", "iad"]) expect((await ask(`${entry}.my-app.localhost`)).status).toBe(200);
  });
});
