// What the edge does when machines are full, unhealthy or slow, and what it tells control about them; on loopback.
import http from "node:http";
import net from "node:net";
import { describe, expect, test } from "vitest";
import type { WorldCheck } from "../../src/contract/world.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { until, useEdge } from "../support/edge-suite.ts";
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

const { edge, restart, machine, adopt, held, ask } = useEdge();

describe("limits", () => {
  const limited = (id: string, region: string, { host, port }: TestMachine, hardLimit: number) =>
    worldMachine({ id, region, address4: host, port, concurrency: { type: "requests", softLimit: 1, hardLimit } });

  test("LB-07: send what is too much to the next region, then hold it until a place is free", async () => {
    const [a, b] = [await machine("127.0.1.2"), await machine("127.0.2.2")];
    await edge().apply(worldOf(1, REGIONS, [limited("a", "ams", a, 2), limited("b", "iad", b, 1)]));
    const answers = [1, 2, 3].map(() => ask("ams.my-app.localhost", { path: "/hold" }));
    await until("three requests", () => held.length === 3);
    expect([a.seen.length, b.seen.length]).toEqual([2, 1]);
    const queued = ask("ams.my-app.localhost");
    held.shift()?.end("done");
    expect((await queued).status).toBe(200);
    for (const response of held.splice(0)) response.end("done");
    for (const answer of answers) expect((await answer).status).toBe(200);
  });

  test("LB-07: end the wait with 503", async () => {
    let nowMs = Date.now();
    await restart({ nowMs: () => nowMs, timeLimits: { exchangeIdleMs: Infinity } });
    const a = await machine("127.0.1.2");
    await edge().apply(worldOf(1, REGIONS, [limited("a", "ams", a, 1)]));
    const first = ask("ams.my-app.localhost", { path: "/hold" });
    await until("the first request", () => held.length === 1);
    const second = ask("ams.my-app.localhost");
    const third = sendRaw({
      port: edge().port,
      pieces: ["GET / HTTP/1.1\r\nHost: ams.my-app.localhost\r\n\r\n"],
      until: responses(1),
    });
    await until("both to be inside", () => edge().dataPlane.waiting() === 2);
    nowMs += 31_000;
    expect((await second).status).toBe(503);
    expect((await third).statuses).toEqual([503]);
    expect(edge().logs.at(-1)).toMatch(/\[PR03\].*last error: \[PL02\]/);
    held.shift()?.end("done");
    expect((await first).status).toBe(200);
  });

  test("are freed by clients that go away", async () => {
    const a = await machine("127.0.1.2");
    await edge().apply(worldOf(1, REGIONS, [limited("a", "ams", a, 1)]));
    const leaving = http.get({
      port: edge().port,
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

test("LB-11: a connection that requests have shared is kept for four seconds", async () => {
  let nowMs = Date.now();
  await restart({ nowMs: () => nowMs });
  const [used, gone] = [new Set<unknown>(), new Set<unknown>()];
  const a = await startEchoMachine("127.0.1.2", ({ socket }) => {
    if (!used.has(socket)) socket.once("close", () => gone.add(socket));
    used.add(socket);
    return false;
  });
  adopt(a);
  await edge().apply(worldOf(1, REGIONS, [worldMachine({ id: "a", region: "ams", address4: a.host, port: a.port })]));
  for (const afterMs of [0, 3_900, 3_900]) {
    nowMs += afterMs;
    expect((await ask("ams.my-app.localhost")).status).toBe(200);
  }
  expect(used.size).toBe(1);
  nowMs += 4_100;
  await until("the connection to be closed", () => gone.size === 1);
  expect((await ask("ams.my-app.localhost")).status).toBe(200);
  expect(used.size).toBe(2);
});

describe("health", () => {
  const checked = (id: string, region: string, { host, port }: TestMachine, check: Partial<WorldCheck> = {}) =>
    worldMachine({ id, region, address4: host, port, checks: [{ ...CHECK, port, ...check }] });

  test("keeps a machine out of routing until its check passes, and holds requests meanwhile", async () => {
    const healthy = { now: false };
    const a = await machine("127.0.1.2", healthy);
    await edge().apply(worldOf(1, REGIONS, [checked("a", "ams", a)]));
    await until("the first result", () => JSON.stringify(edge().posts).includes('"critical"'));
    const answer = ask("iad.my-app.localhost");
    healthy.now = true;
    expect((await answer).status).toBe(200);
    await until("the report", () => JSON.stringify(edge().posts).includes('"passing"'));
    expect(edge().posts.every(({ path }) => ["/hangar/v1/checks", "/hangar/v1/app-log"].includes(path))).toBe(true);
  });

  test("LB-17: without a healthy machine requests block until one is, or for a minute", async () => {
    let nowMs = Date.now();
    await restart({ nowMs: () => nowMs, timeLimits: { exchangeIdleMs: Infinity } });
    const healthy = { now: false };
    const a = await machine("127.0.1.2", healthy);
    await edge().apply(worldOf(1, REGIONS, [checked("a", "ams", a)]));
    const blocked = ask("ams.my-app.localhost");
    await until("the request to wait", () => edge().dataPlane.waiting() === 1);
    await until("the line in the app's log", () => JSON.stringify(edge().posts).includes("requests wait until one is"));
    nowMs += 45_000;
    healthy.now = true;
    expect((await blocked).status).toBe(200);
    healthy.now = false;
    await edge().apply(worldOf(2, REGIONS, [checked("a", "ams", a, { name: "anew" })]));
    const late = ask("ams.my-app.localhost");
    await until("the request to wait", () => edge().dataPlane.waiting() === 1);
    nowMs += 61_000;
    expect((await late).status).toBe(503);
    expect(edge().logs.at(-1)).toMatch(/\[PR03\].*\[PR01\]/);
  });

  test("LB-17: takes a machine out that fails later, and does not ask top-level checks", async () => {
    const healthy = { now: true };
    const [a, b] = [await machine("127.0.1.2", healthy), await machine("127.0.2.2")];
    await edge().apply(
      worldOf(1, REGIONS, [
        checked("a", "ams", a, { intervalMs: 20 }),
        checked("b", "iad", b, { path: "/nothing-there", gatesRouting: false }),
      ]),
    );
    const servedBy = (id: string) =>
      waitUntil(
        async () => {
          const { trace } = await ask("ams.my-app.localhost");
          return trace.machine === id ? trace : undefined;
        },
        { what: `${id} to serve`, deadlineMs: 5_000, intervalMs: 5 },
      );
    expect(await servedBy("a")).toMatchObject({ region: "ams", attempts: 1 });
    healthy.now = false;
    expect(await servedBy("b")).toMatchObject({ region: "iad", attempts: 1 });
  });

  test("is asked with the machine's address as host, and the configured fields", async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const a = await startEchoMachine("127.0.1.2", (request, response) => {
      seen.push(request.headers);
      response.end();
      return true;
    });
    adopt(a);
    await edge().apply(worldOf(1, REGIONS, [checked("a", "ams", a, { headers: { "X-Forwarded-Proto": "https" } })]));
    await until("a check", () => seen.length > 0);
    expect(seen[0]).toMatchObject({ host: `127.0.1.2:${a.port}`, "x-forwarded-proto": "https" });
  });

  test("tells control whether something listens where no check is configured, again until control has heard it", async () => {
    let refusals = 2;
    await restart({
      post: () => Promise.resolve(refusals-- > 0 ? { status: 503, body: "" } : { status: 200, body: "" }),
    });
    const a = await machine("127.0.1.2");
    const [live, dead] = [
      worldMachine({ id: "a", region: "ams", address4: a.host, port: a.port }),
      worldMachine({ id: "b", region: "ams", address4: "127.0.1.9", port: a.port }),
    ];
    await edge().apply(worldOf(1, REGIONS, [live, dead]));
    const name = `hangar-port-${a.port}`;
    await until("the third report", () => edge().posts.length === 3);
    expect(edge().posts.at(-1)?.body).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ machineId: "a", name, status: "passing" }),
        expect.objectContaining({ machineId: "b", name, status: "critical" }),
      ]),
    );
  });
});

describe("time limits", () => {
  test("answer 408 to a head that does not end, and close what says nothing", async () => {
    await restart({ timeLimits: { headMs: 50, keepAliveMs: 100 } });
    await edge().apply(worldOf(1, REGIONS, []));
    const [slow, silent] = await Promise.all([
      sendRaw({ port: edge().port, pieces: ["GET / HTTP/1.1\r\nHo"] }),
      sendRaw({ port: edge().port, pieces: [] }),
    ]);
    expect(slow).toMatchObject({ statuses: [408], ended: "cleanly" });
    expect(silent).toMatchObject({ text: "", ended: "cleanly" });
  });

  test("PH-09: give a head as long as the service says, once it names the app", async () => {
    let nowMs = Date.now();
    await restart({ nowMs: () => nowMs, timeLimits: { headMs: 30_000, keepAliveMs: 75_000 } });
    const a = await machine("127.0.1.2");
    const machineOf = (id: string, app: string, seconds: number) => {
      const httpOptions = { headersReadTimeoutMs: seconds * 1_000 };
      const service = { ports: [{ port: 80, handlers: ["http"], forceHttps: false, httpOptions }] };
      return worldMachine({ id, app, region: "ams", address4: a.host, port: a.port, service });
    };
    await edge().apply(worldOf(1, REGIONS, [machineOf("a", "quick", 5), machineOf("b", "patient", 60)]));
    const ended: string[] = [];
    /** Resolves when the kernel has the bytes; the result's answer when the edge has said something to them. */
    const begin = async (name: string, bytes: string): Promise<{ answer: Promise<string> }> => {
      const socket = net.connect({ port: edge().port, host: "127.0.0.1" });
      await new Promise((resolve) => socket.write(bytes, resolve));
      const answer = new Promise<string>((resolve) => {
        socket.once("data", (data) => {
          ended.push(name);
          socket.destroy();
          resolve(data.toString("latin1"));
        });
      });
      return { answer };
    };
    const head = (app: string): string => `GET / HTTP/1.1\r\nHost: ${app}.localhost\r\nX-Slow: `;
    const patient = await begin("patient", head("patient"));
    const unnamed = await begin("unnamed", "GET / HTTP/1.1\r\nHost: qui");
    const quick = await begin("quick", head("quick"));
    // What came before this request is with the edge when it is answered.
    expect((await ask("quick.localhost")).status).toBe(200);
    for (const [afterMs, { answer }] of [
      [6_000, quick],
      [25_000, unnamed],
      [31_000, patient],
    ] as const) {
      nowMs += afterMs;
      expect(await answer).toMatch(/^HTTP\/1\.1 408 /);
    }
    expect(ended).toEqual(["quick", "unnamed", "patient"]);
  });

  test("answer 504 for an app that does not answer and 408 for a body that does not come", async () => {
    await restart({ timeLimits: { exchangeIdleMs: 100 } });
    const a = await machine("127.0.1.2");
    await edge().apply(worldOf(1, REGIONS, [worldMachine({ id: "a", region: "ams", address4: a.host, port: a.port })]));
    const head = "Host: ams.my-app.localhost\r\n";
    const [late, short] = await Promise.all([
      sendRaw({ port: edge().port, pieces: [`GET /hold HTTP/1.1\r\n${head}\r\n`] }),
      sendRaw({ port: edge().port, pieces: [`POST / HTTP/1.1\r\n${head}Content-Length: 5\r\n\r\nab`] }),
    ]);
    expect(late.statuses).toEqual([504]);
    expect(short.statuses).toEqual([408]);
  });
});
