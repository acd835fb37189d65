// Which machine the edge picks, what it does when one cannot be reached or none is free, and how it follows the world;
// on loopback, with distances that only the world claims.
import dgram from "node:dgram";
import http from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { WorldCheck } from "../../src/contract/world.ts";
import { createEdge } from "../../src/emulator/edge/edge.ts";
import { systemTimer, waitUntil } from "../../src/platform/clock.ts";
import { type EdgeRig, type EdgeRigOptions, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startEchoMachine, type TestMachine } from "../support/raw-machine.ts";
import { responses, sendRaw } from "../support/raw-http.ts";

const REGIONS = ["ams", "iad", "nrt"];
const CHECK: WorldCheck = {
  name: "up",
  type: "http",
  port: 1,
  path: "/up",
  intervalMs: 1_000,
  timeoutMs: 500,
  gracePeriodMs: 0,
  gatesRouting: true,
};

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  readonly trace: { edge: string; region?: string; machine?: string; rttMs?: number; attempts: number };
}

let edge: EdgeRig;
const machines: TestMachine[] = [];
const held: http.ServerResponse[] = [];

async function startRig(options: EdgeRigOptions = {}): Promise<void> {
  edge.stop();
  edge = await startEdgeRig(options);
}

async function machine(host: string, healthy = { now: true }): Promise<TestMachine> {
  const started = await startEchoMachine(host, (request, response) => {
    if (request.url === "/up") response.writeHead(healthy.now ? 204 : 302, { location: "/" }).end();
    else if (request.url === "/hold") held.push(response);
    else return false;
    return true;
  });
  machines.push(started);
  return started;
}

function ask(
  host: string,
  options: { path?: string; method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { path = "/", method = "GET", headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const request = http.request(
      {
        port: edge.port,
        host: "127.0.0.1",
        agent: false,
        method,
        path,
        headers: { host, "hangar-trace": "1", ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (more) => (text += String(more)));
        response.on("end", () => {
          const trace = String(response.headers["hangar-trace"]);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            trace: JSON.parse(trace) as Answer["trace"],
          });
        });
      },
    );
    request.on("error", reject);
    request.end(body);
  });
}

const until = (what: string, probe: () => unknown): Promise<unknown> =>
  waitUntil(() => (probe() === true ? true : undefined), { what, deadlineMs: 5_000, intervalMs: 5 });

beforeEach(async () => {
  edge = await startEdgeRig();
});
afterEach(async () => {
  edge.stop();
  for (const response of held.splice(0)) response.destroy();
  await Promise.all(machines.splice(0).map((started) => started.stop()));
});

describe("entry", () => {
  test("is the host name's region, else the client's, else the planet's home", async () => {
    const { host, port } = await machine("127.0.1.2");
    await edge.apply(worldOf(1, REGIONS, [worldMachine({ id: "m1", region: "ams", address4: host, port })]));
    const edgeOf = async (name: string, headers = {}): Promise<string> => (await ask(name, { headers })).trace.edge;
    expect(await edgeOf("nrt.my-app.localhost", { "hangar-client-region": "iad" })).toBe("nrt");
    expect(await edgeOf("my-app.localhost:8080", { "hangar-client-region": "IAD" })).toBe("iad");
    expect(await edgeOf("MY-APP.fly.dev")).toBe("ams");
    expect(await edgeOf("iad.my-app.fly.dev.")).toBe("iad");
  });

  test("explains host names and regions that lead nowhere", async () => {
    await edge.apply(worldOf(1, REGIONS, []));
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
    await startRig();
    const { host, port } = await machine("127.0.1.2");
    const m1 = worldMachine({ id: "m1", region: "ams", address4: host, port });
    await edge.apply(worldOf(1, ["ams"], [m1]));
    const waiting = Promise.all([ask("nrt.my-app.localhost"), ask("nrt.my-app.localhost")]);
    await until("the request to control", () => edge.posts.length > 0);
    expect(edge.posts.filter(({ path }) => path.endsWith("activate"))).toEqual([
      { path: "/hangar/v1/regions/activate", body: { regions: ["nrt"] } },
    ]);
    await edge.apply(worldOf(2, ["ams", "nrt"], [m1]));
    for (const { status, trace } of await waiting)
      expect({ status, trace }).toEqual({
        status: 200,
        trace: { edge: "nrt", region: "ams", machine: "m1", rttMs: 230, attempts: 1 },
      });
  });

  test("gives up on a region that control does not activate", async () => {
    await startRig({ post: () => Promise.resolve({ status: 500, body: "no" }) });
    await edge.apply(worldOf(1, ["ams"], []));
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
      await edge.apply(worldOf(version, REGIONS, [...present.map(worldMachine), far]));
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
    await edge.apply(
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
    await edge.apply(
      worldOf(2, REGIONS, [
        worldMachine({ id: "dead", region: "ams", address4: dead.host, port: dead.port }),
        worldMachine({ id: "live", region: "nrt", address4: live.host, port: live.port }),
      ]),
    );
    expect((await ask("iad.my-app.localhost")).trace).toMatchObject({ machine: "live", attempts: 2 });
  });

  test("ends in 502 when all have failed and in 503 when there is none", async () => {
    const dead = await machine("127.0.1.2");
    await dead.stop();
    await edge.apply(
      worldOf(1, REGIONS, [worldMachine({ id: "dead", region: "ams", address4: dead.host, port: dead.port })]),
    );
    for (const entry of ["ams", "iad"]) {
      const { status, body, headers } = await ask(`${entry}.my-app.localhost`);
      expect({ status, body, length: headers["content-length"] }).toEqual({ status: 502, body: "", length: "0" });
      expect(headers["fly-request-id"]).toBeDefined();
    }
    expect(edge.logs.join("\n")).toContain(
      `[PC01] instance refused connection. is your app listening on 0.0.0.0:${dead.port}?`,
    );
    await edge.apply(worldOf(2, REGIONS, []));
    expect((await ask("ams.my-app.localhost")).status).toBe(503);
  });

  test("does not send a request twice that a machine may have acted on", async () => {
    let arrived = 0;
    const dying = await startEchoMachine("127.0.1.2", (request) => {
      arrived += 1;
      request.socket.destroy();
      return true;
    });
    const other = await machine("127.0.2.2");
    machines.push(dying);
    await edge.apply(
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
    await edge.apply(
      worldOf(1, REGIONS, [worldMachine({ id: "m1", region: "ams", address4: first.host, port: first.port })]),
    );
    expect((await ask("ams.my-app.localhost")).status).toBe(200);
    await first.stop();
    machines.push(await startEchoMachine("127.0.1.2", undefined, first.port));
    for (const entry of ["ams", "iad"]) expect((await ask(`${entry}.my-app.localhost`)).status).toBe(200);
  });
});

describe("limits", () => {
  const limited = (id: string, region: string, { host, port }: TestMachine, hardLimit: number) =>
    worldMachine({ id, region, address4: host, port, concurrency: { type: "requests", softLimit: 1, hardLimit } });

  test("send what is too much to the next region, then hold it until a place is free", async () => {
    const [a, b] = [await machine("127.0.1.2"), await machine("127.0.2.2")];
    await edge.apply(worldOf(1, REGIONS, [limited("a", "ams", a, 2), limited("b", "iad", b, 1)]));
    const answers = [1, 2, 3].map(() => ask("ams.my-app.localhost", { path: "/hold" }));
    await until("three requests", () => held.length === 3);
    expect([a.seen.length, b.seen.length]).toEqual([2, 1]);
    const queued = ask("ams.my-app.localhost");
    held.shift()?.end("done");
    expect((await queued).status).toBe(200);
    for (const response of held.splice(0)) response.end("done");
    for (const answer of answers) expect((await answer).status).toBe(200);
  });

  test("end the wait with 503", async () => {
    let nowMs = Date.now();
    await startRig({ nowMs: () => nowMs, timeLimits: { exchangeIdleMs: Infinity } });
    const a = await machine("127.0.1.2");
    await edge.apply(worldOf(1, REGIONS, [limited("a", "ams", a, 1)]));
    const first = ask("ams.my-app.localhost", { path: "/hold" });
    await until("the first request", () => held.length === 1);
    const second = ask("ams.my-app.localhost");
    const third = sendRaw({
      port: edge.port,
      pieces: ["GET / HTTP/1.1\r\nHost: ams.my-app.localhost\r\n\r\n"],
      until: responses(1),
    });
    await until("both to be inside", () => edge.dataPlane.waiting() === 2);
    nowMs += 31_000;
    expect((await second).status).toBe(503);
    expect((await third).statuses).toEqual([503]);
    held.shift()?.end("done");
    expect((await first).status).toBe(200);
  });

  test("are freed by clients that go away", async () => {
    const a = await machine("127.0.1.2");
    await edge.apply(worldOf(1, REGIONS, [limited("a", "ams", a, 1)]));
    const leaving = http.get({
      port: edge.port,
      host: "127.0.0.1",
      path: "/hold",
      headers: { host: "ams.my-app.localhost" },
      agent: false,
    });
    leaving.on("error", () => undefined);
    await until("the request", () => held.length === 1);
    const queued = ask("ams.my-app.localhost");
    leaving.socket?.resetAndDestroy();
    expect((await queued).status).toBe(200);
  });
});

describe("health", () => {
  const checked = (id: string, region: string, { host, port }: TestMachine, check: Partial<WorldCheck> = {}) =>
    worldMachine({ id, region, address4: host, port, checks: [{ ...CHECK, port, ...check }] });

  test("keeps a machine out of routing until its check passes, and holds requests meanwhile", async () => {
    const healthy = { now: false };
    const a = await machine("127.0.1.2", healthy);
    await edge.apply(worldOf(1, REGIONS, [checked("a", "ams", a)]));
    await until("the first result", () => JSON.stringify(edge.posts).includes('"critical"'));
    const answer = ask("iad.my-app.localhost");
    healthy.now = true;
    expect((await answer).status).toBe(200);
    await until("the report", () => JSON.stringify(edge.posts).includes('"passing"'));
    expect(edge.posts.every(({ path }) => path === "/hangar/v1/checks")).toBe(true);
  });

  test("takes a machine out that fails later, and does not ask top-level checks", async () => {
    const healthy = { now: true };
    const [a, b] = [await machine("127.0.1.2", healthy), await machine("127.0.2.2")];
    await edge.apply(
      worldOf(1, REGIONS, [
        checked("a", "ams", a, { intervalMs: 20 }),
        checked("b", "iad", b, { path: "/nothing-there", gatesRouting: false }),
      ]),
    );
    await waitUntil(async () => ((await ask("ams.my-app.localhost")).trace.machine === "a" ? true : undefined), {
      what: "a to serve",
      deadlineMs: 5_000,
      intervalMs: 5,
    });
    healthy.now = false;
    await waitUntil(async () => ((await ask("ams.my-app.localhost")).trace.machine === "b" ? true : undefined), {
      what: "b to serve",
      deadlineMs: 5_000,
      intervalMs: 5,
    });
  });

  test("is asked with the machine's address as host, and the configured fields", async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const a = await startEchoMachine("127.0.1.2", (request, response) => {
      seen.push(request.headers);
      response.end();
      return true;
    });
    machines.push(a);
    await edge.apply(worldOf(1, REGIONS, [checked("a", "ams", a, { headers: { "X-Forwarded-Proto": "https" } })]));
    await until("a check", () => seen.length > 0);
    expect(seen[0]).toMatchObject({ host: `127.0.1.2:${a.port}`, "x-forwarded-proto": "https" });
  });

  test("tells control whether something listens where no check is configured, again until control has heard it", async () => {
    let refusals = 2;
    await startRig({
      post: () => Promise.resolve(refusals-- > 0 ? { status: 503, body: "" } : { status: 200, body: "" }),
    });
    const a = await machine("127.0.1.2");
    const [live, dead] = [
      worldMachine({ id: "a", region: "ams", address4: a.host, port: a.port }),
      worldMachine({ id: "b", region: "ams", address4: "127.0.1.9", port: a.port }),
    ];
    await edge.apply(worldOf(1, REGIONS, [live, dead]));
    const name = `hangar-port-${a.port}`;
    await until("the third report", () => edge.posts.length === 3);
    expect(edge.posts.at(-1)?.body).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ machineId: "a", name, status: "passing" }),
        expect.objectContaining({ machineId: "b", name, status: "critical" }),
      ]),
    );
  });
});

describe("time limits", () => {
  test("answer 408 to a head that does not end, and close what says nothing", async () => {
    await startRig({ timeLimits: { headMs: 50, keepAliveMs: 100 } });
    await edge.apply(worldOf(1, REGIONS, []));
    const [slow, silent] = await Promise.all([
      sendRaw({ port: edge.port, pieces: ["GET / HTTP/1.1\r\nHo"] }),
      sendRaw({ port: edge.port, pieces: [] }),
    ]);
    expect(slow).toMatchObject({ statuses: [408], ended: "cleanly" });
    expect(silent).toMatchObject({ text: "", ended: "cleanly" });
  });

  test("answer 504 for an app that does not answer and 408 for a body that does not come", async () => {
    await startRig({ timeLimits: { exchangeIdleMs: 100 } });
    const a = await machine("127.0.1.2");
    await edge.apply(worldOf(1, REGIONS, [worldMachine({ id: "a", region: "ams", address4: a.host, port: a.port })]));
    const head = "Host: ams.my-app.localhost\r\n";
    const [late, short] = await Promise.all([
      sendRaw({ port: edge.port, pieces: [`GET /hold HTTP/1.1\r\n${head}\r\n`] }),
      sendRaw({ port: edge.port, pieces: [`POST / HTTP/1.1\r\n${head}Content-Length: 5\r\n\r\nab`] }),
    ]);
    expect(late.statuses).toEqual([504]);
    expect(short.statuses).toEqual([408]);
  });
});

describe("orders from control", () => {
  const edgeOf = (rig: EdgeRig) =>
    createEdge({
      ...{ dataPlane: rig.dataPlane, startId: "s", pid: 1, log: () => undefined },
      routing: { apply: () => Promise.resolve({ missing: [] }) },
      file: { load: () => Promise.resolve(undefined), save: () => Promise.resolve() },
      probe: { echoPort: rig.echoPort, monotonicMs: () => performance.now(), timer: systemTimer },
    });

  test("a drain answers when nothing is in flight at the machine, or says what is left", async () => {
    const component = edgeOf(edge);
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
    const component = edgeOf(edge);
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
    await new Promise((resolve) => stranger.send("x", edge.echoPort, "127.0.1.253", resolve));
    await component.probe({ from: "ams", to: "ams", family: 4, count: 3, intervalMs: 1 });
    stranger.close();
    expect(echoed).toBe(0);
  });

  test("one connection waits on each way that requests would take, and is replaced when it is used", async () => {
    const a = await machine("127.0.1.2");
    await edge.apply(worldOf(1, REGIONS, [worldMachine({ id: "a", region: "ams", address4: a.host, port: a.port })]));
    const { warm } = edge.dataPlane.backhaul;
    await until("both ways", () => warm("iad ams") === 1 && warm("nrt ams") === 1);
    expect(warm("ams iad")).toBe(0);
    await Promise.all([1, 2, 3].map(() => ask("iad.my-app.localhost")));
    await until("one to wait again", () => warm("iad ams") >= 1);
  });
});
