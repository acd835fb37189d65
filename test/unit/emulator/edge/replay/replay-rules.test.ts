import { describe, expect, test } from "vitest";
import type { World } from "../../../../../src/contract/world.ts";
import { createReplayCache, isBelow } from "../../../../../src/emulator/edge/replay/cache.ts";
import {
  renderReplayFailed,
  renderReplaySource,
  transformLines,
} from "../../../../../src/emulator/edge/replay/fields.ts";
import type { ReplayInstruction } from "../../../../../src/emulator/edge/replay/instruction.ts";
import { regionTests } from "../../../../../src/emulator/edge/replay/region-list.ts";
import { resolveReplay } from "../../../../../src/emulator/edge/replay/resolve.ts";
import { indexWorld } from "../../../../../src/emulator/edge/world-index.ts";
import { worldMachine, worldOf } from "../../../../support/edge-rig.ts";

const PLAIN: ReplayInstruction = { elsewhere: false, allowBypass: false };

describe("RP-05: region aliases", () => {
  const allowed = (alias: string, ...codes: string[]) => codes.filter((code) => regionTests([alias])?.[0]?.(code));
  test("stand for groups of regions", () => {
    const all = ["ams", "arn", "bom", "cdg", "dfw", "ewr", "fra", "gru", "iad", "jnb", "lax", "lhr", "nrt", "ord"];
    all.push("sin", "sjc", "syd", "yyz");
    expect(allowed("apac", ...all)).toEqual(["bom", "nrt", "sin", "syd"]);
    expect(allowed("eu", ...all)).toEqual(["ams", "arn", "cdg", "fra", "lhr"]);
    expect(allowed("sa", ...all)).toEqual(["gru"]);
    expect(allowed("na", ...all)).toEqual(["dfw", "ewr", "iad", "lax", "ord", "sjc", "yyz"]);
    for (const us of ["us", "usa"]) expect(allowed(us, ...all)).toEqual(["dfw", "ewr", "iad", "lax", "ord", "sjc"]);
    expect(allowed("any", ...all)).toEqual(all);
    expect(allowed("syd", ...all)).toEqual(["syd"]);
  });
  test("anything else is no region", () => {
    expect(regionTests(["syd", "mars"])).toBeUndefined();
    expect(regionTests(["constructor"])).toBeUndefined();
  });
});

describe("where a replay leads", () => {
  const at = (id: string, app: string) => worldMachine({ id, app, region: "ams", address4: "127.0.1.2", port: 8080 });
  const plain = worldOf(1, ["ams", "iad"], [at("a", "my-app"), at("b", "other"), at("c", "foreign"), at("d", "apart")]);
  const withOwners: World = {
    ...plain,
    apps: plain.apps.map(({ name }) => ({
      name,
      organization: name === "foreign" ? "them" : "us",
      ...(name === "apart" ? { network: "own" } : {}),
    })),
  };
  const world = indexWorld(withOwners);
  const source = { machine: "a", app: "my-app" };
  const lead = (instruction: Partial<ReplayInstruction>) => resolveReplay({ ...PLAIN, ...instruction }, source, world);

  test("RP-04: to the app, the region or the machine that it names", () => {
    expect(lead({ app: "other" })).toEqual({ app: "other", wish: undefined, avoided: undefined });
    expect(lead({ elsewhere: true })).toEqual({ app: "my-app", wish: undefined, avoided: "a" });
    expect(lead({ instance: "a" })).toMatchObject({ wish: { instance: "a", onlyInstance: true } });
    expect(lead({ preferInstance: "gone" })).toMatchObject({ wish: { instance: "gone", onlyInstance: false } });
    expect(lead({ regions: ["iad"] })).toMatchObject({ wish: { onlyRegions: true } });
    expect(lead({ regions: ["iad", "any"] })).toMatchObject({ wish: { onlyRegions: false } });
  });

  test("RP-07: unknown apps, machines of other apps and unknown regions are faults with codes", () => {
    expect(lead({ app: "nobody" })).toBe("PA04");
    expect(lead({ instance: "b" })).toBe("PA03");
    expect(lead({ instance: "gone" })).toBe("PA03");
    expect(lead({ instance: "b", app: "other" })).toMatchObject({ app: "other" });
    expect(lead({ regions: ["mars"] })).toBe("PA03");
  });

  test("RP-12: to another network of the organization, or to another organization, only where that allows it", () => {
    const to = (app: string, organizations: World["organizations"]) => {
      const permitting = indexWorld({ ...withOwners, organizations });
      return resolveReplay({ ...PLAIN, app }, source, permitting);
    };
    const [us, them] = [
      { slug: "us", crossNetwork: false, sources: [] },
      { slug: "them", crossNetwork: true, sources: [] },
    ];
    expect(to("apart", undefined)).toBe("PA05");
    expect(to("apart", [us, them])).toBe("PA05");
    expect(to("apart", [{ ...us, crossNetwork: true }])).toMatchObject({ app: "apart" });
    expect(to("foreign", undefined)).toBe("PA05");
    // The organization that is sent to decides, and its setting for networks of its own has no say.
    expect(to("foreign", [{ ...us, sources: ["them"] }, them])).toBe("PA05");
    expect(to("foreign", [{ ...them, sources: ["us"] }])).toMatchObject({ app: "foreign" });
    expect(to("foreign", [{ ...them, crossNetwork: false, sources: ["others", "us"] }])).toMatchObject({
      app: "foreign",
    });
  });
});

describe("what the target is told", () => {
  test("RP-10: fly-replay-src names source, time and state, and leaves out a state that is not there", () => {
    const origin = { machine: "11aa", region: "ams", atUs: 1_722_008_029_214_029, state: "x=1" };
    expect(renderReplaySource(origin)).toBe(
      "fly-replay-src: instance=11aa;region=ams;t=1722008029214029;state=x=1\r\n",
    );
    expect(renderReplaySource({ ...origin, state: undefined })).not.toContain("state");
  });

  test("RP-11: fly-replay-failed names what was wanted and why it failed", () => {
    const instruction = { ...PLAIN, instance: "00bb33ff", regions: ["iad"] };
    const failed = {
      instruction,
      app: "target-app",
      source: "11aa44ee",
      reason: "timeout" as const,
      elapsedMs: 9_999.7,
    };
    expect(renderReplayFailed(failed)).toBe(
      "fly-replay-failed: instance=00bb33ff;app=target-app;region=iad;replay_source=11aa44ee;reason=timeout;elapsed_ms=10000\r\n",
    );
  });

  test("RP-04: a transform changes fields, but not those that frame or vouch", () => {
    const lines = "Host: a\r\nCookie: x\r\nX-A: 1\r\nContent-Length: 3\r\n";
    const setHeaders = [
      { name: "X-A", value: "2" },
      { name: "Content-Length", value: "9" },
      { name: "Fly-Region", value: "mars" },
    ];
    expect(transformLines(lines, { deleteHeaders: ["cookie", "content-length", "host"], setHeaders })).toBe(
      "Host: a\r\nContent-Length: 3\r\nX-A: 2\r\n",
    );
  });
});

describe("the replay cache", () => {
  const question = (path: string, more = {}) => ({ app: "a", host: "a.test", path, session: undefined, ...more });
  const cached = (prefix: string, ttlSeconds?: number): ReplayInstruction => ({
    ...PLAIN,
    app: "b",
    cache: { prefix, invalidate: false, ...(ttlSeconds === undefined ? {} : { ttlSeconds }) },
  });
  const clock = { nowMs: 0 };
  const fresh = () => {
    clock.nowMs = 0;
    return createReplayCache(() => clock.nowMs);
  };

  test("RC-02: holds for the path and what is below it, on the same host", () => {
    const cache = fresh();
    expect(cache.keep(question("/a/b"), cached("/a/*", 30), "m")).toBe(true);
    for (const path of ["/a", "/a/", "/a/b/c"]) expect(cache.find(question(path))?.source).toBe("m");
    expect(cache.find(question("/ab"))).toBeUndefined();
    expect(cache.find(question("/a", { host: "b.test" }))).toBeUndefined();
    expect(cache.find(question("/a", { app: "c" }))).toBeUndefined();
  });

  test("RC-02: a pattern that is not for this request is not kept; a domain may stand before it", () => {
    const cache = fresh();
    expect(cache.keep(question("/x"), cached("/a/*"), "m")).toBe(false);
    expect(cache.keep(question("/a"), cached("other.test/a/*"), "m")).toBe(false);
    expect(cache.keep(question("/a"), cached("a.test/a/*"), "m")).toBe(true);
    expect(cache.size).toBe(1);
  });

  test("RC-04: at least ten seconds, and then no longer than asked", () => {
    const cache = fresh();
    cache.keep(question("/a"), cached("/a", 1), "short");
    cache.keep(question("/b"), cached("/b", 20), "long");
    clock.nowMs = 9_999;
    expect(cache.find(question("/a"))?.source).toBe("short");
    clock.nowMs = 10_001;
    expect(cache.find(question("/a"))).toBeUndefined();
    expect(cache.find(question("/b"))?.source).toBe("long");
    clock.nowMs = 20_001;
    expect(cache.find(question("/b"))).toBeUndefined();
  });

  test.each<Partial<ReplayInstruction>>([
    { state: "x" },
    { timeoutMs: 1 },
    { fallback: "force_self" },
    { transform: { deleteHeaders: [], setHeaders: [] } },
  ])("RC-05: a replay with %o is not kept", (more) => {
    expect(fresh().keep(question("/a"), { ...cached("/a"), ...more }, "m")).toBe(false);
  });

  test("RC-03: sessions are told apart by value, path and host", () => {
    const cache = fresh();
    const rule = { pathPrefix: "/", ttlSeconds: 300, type: "cookie" as const, name: "session_id", allowBypass: false };
    const of = (value: string, more = {}) => question("/x", { session: { rule, value }, ...more });
    expect(cache.keep(of("1"), { ...PLAIN, instance: "m1" }, "m")).toBe(true);
    expect(cache.find(of("1"))?.instruction.instance).toBe("m1");
    expect(cache.find(of("2"))).toBeUndefined();
    expect(cache.find(of("1", { host: "b.test" }))).toBeUndefined();
    expect(cache.find(question("/x"))).toBeUndefined();
  });

  test("RC-01: is bounded: what was kept first is forgotten first", () => {
    const cache = fresh();
    for (let i = 0; i < 10_001; i += 1) cache.keep(question(`/${i}`, { host: `${i}.test` }), cached(`/${i}`), "m");
    expect(cache.size).toBe(10_000);
    expect(cache.find(question("/0", { host: "0.test" }))).toBeUndefined();
    expect(cache.find(question("/10000", { host: "10000.test" }))).toBeDefined();
  });

  test("a prefix ends at a slash", () => {
    expect(isBelow("/", "/")).toBe(true);
    expect(isBelow("/a", "/")).toBe(true);
    expect(isBelow("/a", "/a/")).toBe(true);
    expect(isBelow("/abc", "/a")).toBe(false);
  });
});
