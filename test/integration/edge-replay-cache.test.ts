// The replay cache, and the wishes that clients state, through a whole edge on loopback.
import type http from "node:http";
import { describe, expect, test } from "vitest";
import type { WorldService } from "../../src/contract/world.ts";
import { worldOf } from "../support/edge-rig.ts";
import { useEdge } from "../support/edge-suite.ts";
import { type Answer, received, replay, replayPlanet, REPLAY_REGIONS } from "../support/replay-planet.ts";

const suite = useEdge();
const { edge, ask } = suite;
const planet = (...args: Parameters<typeof replayPlanet> extends [unknown, ...infer Rest] ? Rest : never) =>
  replayPlanet(suite, ...args);

describe("the replay cache", () => {
  const source = (more: http.OutgoingHttpHeaders): Answer => replay("app=other", more);
  const cacheStatus = (body: string) => received(body).headers["fly-replay-cache-status"];

  test("RC-02 RC-06 RC-07: the source is asked once, and the target told", async () => {
    const seen = await planet(
      { ams: source({ "fly-replay-cache": "/a/*", "fly-replay-cache-ttl-secs": "30" }) },
      { nrt: { app: "other" } },
    );
    const first = await ask("my-app.localhost", { path: "/a/1" });
    expect(cacheStatus(first.body)).toBe("miss");
    const second = await ask("my-app.localhost", { path: "/a/2?x" });
    expect(cacheStatus(second.body)).toBe("hit");
    expect(received(second.body).headers["fly-replay-src"]).toBeUndefined();
    expect(second.trace.machine).toBe("nrt");
    expect(seen.ams).toEqual(["GET /a/1"]);
    await ask("my-app.localhost", { path: "/b" });
    expect(seen.ams).toHaveLength(2);
  });

  test("RC-09: a client may go past it where the app allows that", async () => {
    const cached = { "fly-replay-cache": "/*", "fly-replay-cache-ttl-secs": "30" };
    const skip = { "fly-replay-cache-control": "skip" };
    const seen = await planet({ ams: source(cached) }, { nrt: { app: "other" } });
    await ask("my-app.localhost");
    expect(cacheStatus((await ask("my-app.localhost", { headers: skip })).body)).toBe("hit");
    await edge().apply({ ...worldOf(2, REPLAY_REGIONS, []) });
    const again = await planet(
      { ams: source({ ...cached, "fly-replay-cache-allow-bypass": "yes" }) },
      { nrt: { app: "other" } },
    );
    await ask("my-app.localhost", { path: "/z", headers: { host: "ams.my-app.localhost" } });
    expect(cacheStatus((await ask("ams.my-app.localhost", { headers: skip })).body)).toBe("bypass");
    expect(seen.ams).toHaveLength(1);
    expect(again.ams).toHaveLength(2);
  });

  test("RC-08: the target can end it", async () => {
    let moved = false;
    const seen = await planet(
      {
        ams: (request) =>
          moved && request.headers["fly-replay-src"] !== undefined
            ? undefined
            : { headers: { "fly-replay": "app=other", "fly-replay-cache": "/" } },
        nrt: () => (moved ? { headers: { "fly-replay": "app=my-app", "fly-replay-cache": "invalidate" } } : undefined),
      },
      { nrt: { app: "other" } },
    );
    await ask("my-app.localhost");
    moved = true;
    expect((await ask("my-app.localhost")).trace.machine).toBe("ams");
    expect(seen.nrt).toHaveLength(2);
    moved = false;
    await ask("my-app.localhost");
    expect(seen.ams).toHaveLength(3);
  });

  test("RC-01: what it knows is forgotten when it leads nowhere", async () => {
    const answers = { ams: source({ "fly-replay-cache": "/" }) };
    await planet(answers, { nrt: { app: "other" } });
    await ask("my-app.localhost");
    await planet({}, { nrt: { app: "other", started: false } });
    expect((await ask("my-app.localhost")).trace.machine).toBe("ams");
  });

  test("RC-03 SS-03: a cookie's session goes where its first request was sent", async () => {
    const rule = { pathPrefix: "/", ttlSeconds: 300, type: "cookie" as const, name: "session_id", allowBypass: false };
    const ports: WorldService["ports"] = [
      { port: 80, handlers: ["http"], forceHttps: false, httpOptions: { replayCache: [rule] } },
    ];
    const service = { ports };
    const all = { ams: { service }, iad: { service }, nrt: { service } };
    const seen = await planet(
      {
        ams: (request) =>
          /session_id=7/.test(request.headers.cookie ?? "") ? { headers: { "fly-replay": "instance=nrt" } } : undefined,
      },
      all,
    );
    const sticky = { headers: { cookie: "a=b; session_id=7" } };
    expect((await ask("my-app.localhost", sticky)).trace.machine).toBe("nrt");
    expect(cacheStatus((await ask("my-app.localhost", sticky)).body)).toBe("hit");
    expect(seen.ams).toHaveLength(1);
    expect((await ask("my-app.localhost", { headers: { cookie: "session_id=8" } })).trace.machine).toBe("ams");
  });

  test("RC-03: the longest path counts, a rule may be for one host, and hosts share nothing", async () => {
    const rule = (pathPrefix: string, name: string) => ({
      ...{ pathPrefix, ttlSeconds: 300, type: "header" as const, name, allowBypass: false },
    });
    const replayCache = [rule("/", "x-all"), rule("/deep", "x-deep"), rule("my-app.fly.dev/only", "x-only")];
    const ports = [{ port: 80, handlers: ["http"], forceHttps: false, httpOptions: { replayCache } }];
    const { ams = [] } = await planet(
      { ams: () => ({ headers: { "fly-replay": "instance=iad" } }) },
      { ams: { service: { ports } }, iad: { service: { ports } } },
    );
    /** Whether the source was asked again. */
    const isAsked = async (host: string, path: string, headers: Record<string, string>): Promise<boolean> => {
      const before = ams.length;
      expect((await ask(host, { path, headers })).trace.machine).toBe("iad");
      return ams.length > before;
    };
    const here = "my-app.localhost";
    const both = { "x-all": "1", "x-deep": "1" };
    expect(await isAsked(here, "/deep/a", both)).toBe(true);
    expect(await isAsked(here, "/deep/b", { "x-deep": "1" })).toBe(false);
    expect(await isAsked(here, "/other", { "x-all": "1" })).toBe(true);
    expect(await isAsked(here, "/deeper", { "x-all": "1" })).toBe(false);
    expect(await isAsked("my-app.fly.dev", "/deep/b", { "x-deep": "1" })).toBe(true);
    expect(await isAsked("my-app.fly.dev", "/only", { "x-only": "1" })).toBe(true);
    expect(await isAsked("my-app.fly.dev", "/only/this", { "x-only": "1" })).toBe(false);
    expect(await isAsked(here, "/only/this", { "x-only": "1" })).toBe(true);
    expect(await isAsked(here, "/only/this", { "x-only": "1" })).toBe(true);
  });

  test("SS-04: a header's session, likewise", async () => {
    const rule = {
      pathPrefix: "/",
      ttlSeconds: 300,
      type: "header" as const,
      name: "Authorization",
      allowBypass: false,
    };
    const ports: WorldService["ports"] = [
      { port: 80, handlers: ["http"], forceHttps: false, httpOptions: { replayCache: [rule] } },
    ];
    const seen = await planet(
      {
        ams: (request) =>
          request.headers.authorization === "7" ? { headers: { "fly-replay": "instance=iad" } } : undefined,
      },
      { ams: { service: { ports } }, iad: { service: { ports } } },
    );
    const sticky = { headers: { authorization: "7" } };
    await ask("my-app.localhost", sticky);
    expect((await ask("my-app.localhost", sticky)).trace.machine).toBe("iad");
    expect(seen.ams).toHaveLength(1);
  });

  test("SS-02: a replay by cookie without a cache asks each time", async () => {
    const seen = await planet({ ams: replay("instance=nrt") });
    for (let i = 0; i < 2; i += 1) expect((await ask("my-app.localhost")).trace.machine).toBe("nrt");
    expect(seen.ams).toHaveLength(2);
  });
});

describe("what a client asks for", () => {
  const ways = async (headers: Record<string, string>): Promise<string> => {
    const { status, trace } = await ask("my-app.localhost", { headers });
    return status === 200 ? trace.machine! : String(status);
  };

  test("fly-prefer-region and fly-force-region: in their order, then the nearest, or nothing", async () => {
    await planet({}, { iad: { started: false } });
    expect(await ways({ "fly-prefer-region": "iad, nrt" })).toBe("nrt");
    expect(await ways({ "fly-prefer-region": "iad" })).toBe("ams");
    expect(await ways({ "fly-force-region": "iad,nrt" })).toBe("nrt");
    expect(await ways({ "fly-force-region": "iad" })).toBe("503");
    expect(await ways({ "fly-force-region": "mars" })).toBe("503");
  });

  test("SS-01 fly-prefer-instance-id and fly-force-instance-id", async () => {
    await planet({}, { iad: { started: false } });
    expect(await ways({ "fly-force-instance-id": "nrt" })).toBe("nrt");
    expect(await ways({ "fly-force-instance-id": "iad" })).toBe("503");
    expect(await ways({ "fly-prefer-instance-id": "nrt" })).toBe("nrt");
    const { body } = await ask("my-app.localhost", { headers: { "fly-prefer-instance-id": "iad" } });
    expect(received(body).headers["fly-preferred-instance-unavailable"]).toBe("iad");
  });

  test("a client cannot pretend to be replayed", async () => {
    await planet({});
    const headers = { "fly-replay-src": "instance=x", "fly-replay-failed": "x", "fly-replay-cache-status": "hit" };
    const { body } = await ask("my-app.localhost", { headers });
    for (const name of Object.keys(headers)) expect(received(body).headers[name]).toBeUndefined();
  });
});
