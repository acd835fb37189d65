// fly-replay, through a whole edge on loopback.
import { describe, expect, test } from "vitest";
import type { WorldService } from "../../src/contract/world.ts";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { until, useEdge } from "../support/edge-suite.ts";
import { responses, sendRaw } from "../support/raw-http.ts";
import { startEchoMachine, startRawMachine } from "../support/raw-machine.ts";
import { type Answer, received, replay, replayJson, replayPlanet } from "../support/replay-planet.ts";

const suite = useEdge();
const { edge, adopt, ask } = suite;
const planet = (...args: Parameters<typeof replayPlanet> extends [unknown, ...infer Rest] ? Rest : never) =>
  replayPlanet(suite, ...args);

describe("fly-replay", () => {
  test("PX-03 RP-02 RP-09 RP-10 HR-05: the original request goes to the target, and only its answer to the client", async () => {
    await planet({ ams: replay("region=nrt;state=s1", { "x-own": "1" }) });
    const options = { method: "POST", path: "/p?q=1", body: "hello", headers: { "x-mine": "2" } };
    const { status, headers, body, trace } = await ask("my-app.localhost", options);
    expect(status).toBe(200);
    expect(trace).toMatchObject({ edge: "ams", machine: "nrt" });
    expect(headers["fly-replay"]).toBeUndefined();
    const { headers: given, ...request } = received(body);
    expect(request).toMatchObject({ method: "POST", url: "/p?q=1", bytes: 5 });
    expect(given).toMatchObject({ host: "my-app.localhost", "x-mine": "2", "fly-region": "ams" });
    expect(given["fly-replay-src"]).toMatch(/^instance=ams;region=ams;t=\d{16};state=s1$/);
    expect(given["x-own"]).toBeUndefined();
  });

  test("RP-02 RP-04: the JSON form, chunked or not, may change path and headers", async () => {
    const transform = { path: "/new?z", delete_headers: ["x-mine"], set_headers: [{ name: "x-set", value: "v" }] };
    await planet({ ams: replayJson({ region: "iad", transform }) });
    const { body, trace } = await ask("my-app.localhost", { path: "/old", headers: { "x-mine": "2" } });
    expect(trace.machine).toBe("iad");
    const { url, headers } = received(body);
    expect(url).toBe("/new?z");
    expect(headers["x-set"]).toBe("v");
    expect(headers["x-mine"]).toBeUndefined();
  });

  test("RP-04: elsewhere leaves out the machine that answered, instance names one, prefer_instance tells when it cannot", async () => {
    await planet({ ams: replay("elsewhere=true") });
    expect((await ask("my-app.localhost")).trace.machine).toBe("iad");
    await planet({ ams: replay("instance=nrt") });
    expect((await ask("my-app.localhost")).trace.machine).toBe("nrt");
    await planet({ ams: replay("prefer_instance=gone;elsewhere=true") });
    const { body, trace } = await ask("my-app.localhost");
    expect(trace.machine).toBe("iad");
    expect(received(body).headers["fly-preferred-instance-unavailable"]).toBe("gone");
  });

  test("RP-04 PX-06: another app, which needs no address of its own", async () => {
    await planet({ ams: replay("app=other") }, { nrt: { app: "other" } });
    expect((await ask("my-app.localhost")).trace.machine).toBe("nrt");
  });

  test("RP-08: the target has to serve the port that the client used", async () => {
    const ports: WorldService["ports"] = [{ port: 9090, handlers: ["http"], forceHttps: false }];
    await planet({ ams: replay("app=other") }, { nrt: { app: "other", service: { ports } } });
    expect((await ask("my-app.localhost")).status).toBe(503);
  });

  test("RP-06: more than ten replays end with an error", async () => {
    const seen = await planet({ ams: replay("region=ams") });
    expect((await ask("my-app.localhost")).status).toBe(502);
    expect(seen.ams).toHaveLength(11);
    expect(edge().logs.join("\n")).toContain("[PA02]");
  });

  test.each([
    ["region=mars", "PA03"],
    ["nonsense", "PA03"],
    ["app=nobody", "PA04"],
    ["instance=nowhere", "PA03"],
  ])("RP-07: %s ends with %s in the app's log", async (value, code) => {
    await planet({ ams: replay(value) });
    expect((await ask("my-app.localhost")).status).toBe(502);
    await expect.poll(() => JSON.stringify(edge().posts)).toContain(`[${code}]`);
  });

  test("RP-12: an app of another organization is reached from the moment that this is allowed", async () => {
    const source = await startEchoMachine("127.0.1.2", (_request, response) => {
      response.writeHead(200, { "fly-replay": "app=theirs" }).end();
      return true;
    });
    const target = await startEchoMachine("127.0.3.2");
    for (const one of [source, target]) adopt(one);
    const world = worldOf(
      1,
      ["ams", "nrt"],
      [
        worldMachine({ id: "ams", region: "ams", address4: source.host, port: source.port }),
        worldMachine({ id: "nrt", region: "nrt", address4: target.host, port: target.port, app: "theirs" }),
      ],
    );
    const apps = world.apps.map(({ name }) => ({ name, organization: name === "theirs" ? "them" : "us" }));
    await edge().apply({ ...world, apps });
    expect((await ask("my-app.localhost")).status).toBe(502);
    expect(edge().logs.at(-1)).toContain("[PA05]");
    const organizations = [{ slug: "them", crossNetwork: false, sources: ["us"] }];
    await edge().apply({ ...world, version: 2, apps, organizations });
    expect((await ask("my-app.localhost")).trace.machine).toBe("nrt");
    await edge().apply({ ...world, version: 3, apps, organizations: [] });
    expect((await ask("my-app.localhost")).status).toBe(502);
  });

  test("RP-07 RP-14 ER-04: a body that is larger than what is kept cannot be replayed", async () => {
    await planet({ ams: replay("region=nrt") });
    const small = await ask("my-app.localhost", { method: "POST", body: "x".repeat(1_048_576) });
    expect(small.status).toBe(200);
    expect(received(small.body).bytes).toBe(1_048_576);
    expect((await ask("my-app.localhost", { method: "POST", body: "x".repeat(1_300_000) })).status).toBe(502);
    expect(edge().logs.join("\n")).toContain("[PA01]");
  });

  test("RP-07: nor can one that is announced as larger, also when the app answers before it has come", async () => {
    const { host, port, ...source } = await startEchoMachine("127.0.1.2", (_request, response) => {
      response.writeHead(200, { "fly-replay": "instance=nrt" }).end();
      return true;
    });
    adopt({ host, port, ...source });
    const target = await startEchoMachine("127.0.3.2");
    adopt(target);
    await edge().apply(
      worldOf(
        1,
        ["ams", "nrt"],
        [
          worldMachine({ id: "ams", region: "ams", address4: host, port }),
          worldMachine({ id: "nrt", region: "nrt", address4: target.host, port: target.port }),
        ],
      ),
    );
    const post = (bytes: number) =>
      sendRaw({
        port: edge().port,
        pieces: [`POST / HTTP/1.1\r\nHost: my-app.localhost\r\nContent-Length: ${bytes}\r\n\r\n`, "x".repeat(1_000)],
        until: responses(1),
        deadlineMs: 20_000,
      });
    expect((await post(1_000)).statuses).toEqual([200]);
    expect((await post(1_048_577)).statuses).toEqual([502]);
    expect(edge().logs.join("\n")).toContain("[PA01]");
    expect(target.seen).toEqual(["POST /"]);
  });

  test("RP-04 RP-11: a target that does not answer in time is given up, and the source gets the request back", async () => {
    let asked = 0;
    const source =
      (value: string): Answer =>
      (request) => {
        asked += 1;
        return request.headers["fly-replay-failed"] === undefined ? { headers: { "fly-replay": value } } : undefined;
      };
    const silent = await startEchoMachine("127.0.3.3", () => true);
    adopt(silent);
    const nrt = { address4: silent.host, port: silent.port };
    await planet({ ams: source("region=nrt;timeout=80ms;fallback=force_self") }, { nrt });
    const { status, body, trace } = await ask("my-app.localhost", { method: "POST", body: "again" });
    expect(status).toBe(200);
    expect(trace.machine).toBe("ams");
    expect(received(body).bytes).toBe(5);
    expect(received(body).headers["fly-replay-failed"]).toMatch(
      /^app=my-app;region=nrt;replay_source=ams;reason=timeout;elapsed_ms=\d+$/,
    );
    expect(asked).toBe(2);
    await planet({ ams: source("region=nrt;timeout=50ms") }, { nrt });
    expect((await ask("my-app.localhost")).status).toBe(504);
  });

  test("RP-11: no candidate and exhausted retries fall back too; the fallback must not replay again", async () => {
    await planet({
      ams: (request) =>
        request.headers["fly-replay-failed"] === undefined
          ? { headers: { "fly-replay": "region=syd;fallback=prefer_self" } }
          : undefined,
    });
    expect(received((await ask("my-app.localhost")).body).headers["fly-replay-failed"]).toContain(
      "reason=no_candidate",
    );
    const dead = { address4: "127.0.3.9", port: 1 };
    await planet(
      {
        ams: (request) =>
          request.headers["fly-replay-failed"] === undefined
            ? { headers: { "fly-replay": "instance=nrt;fallback=prefer_self" } }
            : undefined,
      },
      { nrt: dead },
    );
    expect(received((await ask("my-app.localhost")).body).headers["fly-replay-failed"]).toContain("retries_exhausted");
    await planet({ ams: replay("instance=nrt;fallback=force_self") }, { nrt: dead });
    expect((await ask("my-app.localhost")).status).toBe(502);
  });

  test("RP-13 PH-12: an upgrade is replayed, the target completes it, and it counts while it is open", async () => {
    const source = await startRawMachine(
      "127.0.1.2",
      () => "HTTP/1.1 409 Conflict\r\nfly-replay: instance=ws\r\ncontent-length: 0\r\n\r\n",
    );
    const target = await startEchoMachine("127.0.3.2");
    adopt(source);
    adopt(target);
    const at = (id: string, region: string, { host: address4, port }: { host: string; port: number }) =>
      worldMachine({ id, region, address4, port });
    await edge().apply(worldOf(1, ["ams", "nrt"], [at("plain", "ams", source), at("ws", "nrt", target)]));
    const { load } = edge().dataPlane;
    let during = -1;
    const head = "GET /chat HTTP/1.1\r\nHost: my-app.localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    const { text } = await sendRaw({
      port: edge().port,
      pieces: [head, "ping"],
      until: (answer) => {
        during = load.ofMachine("ws");
        return answer.endsWith("ping");
      },
    });
    expect(text).toMatch(/^HTTP\/1\.1 101 /);
    expect(text).not.toContain("fly-replay");
    expect(target.seen).toEqual(["GET /chat"]);
    expect(during).toBe(1);
    await until("the end of the tunnel", () => load.ofMachine("ws") === 0);
  });

  test("ER-06: a malformed fly-replay is 502", async () => {
    await planet({ ams: replay("state=a=b") });
    expect((await ask("my-app.localhost")).status).toBe(502);
  });
});
