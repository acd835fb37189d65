import { describe, expect, test } from "vitest";
import { parseReplayHeader, parseReplayJson } from "../../../../../src/emulator/edge/replay/instruction.ts";

const NO_CACHE = { cache: undefined, ttlSeconds: undefined, allowBypass: undefined };
const header = (value: string) => parseReplayHeader(value, NO_CACHE);

describe("RP-03: the header's grammar", () => {
  test.each([
    ["region=syd", { regions: ["syd"] }],
    ['region="sjc,any";app=target-app', { regions: ["sjc", "any"], app: "target-app" }],
    [" region = syd ; state = user_1 ", { regions: ["syd"], state: "user_1" }],
    ["elsewhere=true", { elsewhere: true }],
    ["instance=00bb33ff;app=Target", { instance: "00bb33ff", app: "target" }],
    ["prefer_instance=00bb33ff;", { preferInstance: "00bb33ff" }],
    ['state="a=b,c;d"', { state: "a=b,c;d" }],
  ])("%s is understood", (value, fields) => {
    expect(header(value)).toEqual({ elsewhere: false, allowBypass: false, ...fields });
  });

  test.each([
    "",
    "syd",
    "region",
    "region=",
    "region=syd,iad",
    "state=a=b",
    "region=syd;region=iad",
    "colour=red",
    'region="syd',
    "region=a;elsewhere=maybe",
    "instance=a;prefer_instance=b",
  ])("%j is malformed", (value) => {
    expect(header(value)).toBeUndefined();
  });
});

describe("RP-04: all fields", () => {
  test("the header has everything but the transform", () => {
    expect(header("app=b;region=ord;timeout=800ms;fallback=prefer_self;state=x")).toEqual({
      ...{ app: "b", regions: ["ord"], timeoutMs: 800, fallback: "prefer_self", state: "x" },
      ...{ elsewhere: false, allowBypass: false },
    });
    expect(header("app=b;timeout=10s;fallback=force_self")).toMatchObject({
      timeoutMs: 10_000,
      fallback: "force_self",
    });
    expect(header("app=b;timeout=soon")).toBeUndefined();
    expect(header("app=b;timeout=0s")).toBeUndefined();
    expect(header("app=b;fallback=self")).toBeUndefined();
  });

  test("the JSON form means the same and has more", () => {
    const json = {
      ...{ region: "sjc,any", app: "b", prefer_instance: "m", state: "s=1", elsewhere: true, timeout: "1s" },
      fallback: "prefer_self",
      transform: { path: "/x?y=1", delete_headers: ["Cookie"], set_headers: [{ name: "X-A", value: "1" }] },
      cache: { prefix: "/x/*", ttl: 30 },
      allow_bypass: true,
    };
    expect(parseReplayJson(JSON.stringify(json))).toEqual({
      ...{ regions: ["sjc", "any"], app: "b", preferInstance: "m", state: "s=1", elsewhere: true, timeoutMs: 1_000 },
      fallback: "prefer_self",
      transform: { path: "/x?y=1", deleteHeaders: ["cookie"], setHeaders: [{ name: "X-A", value: "1" }] },
      cache: { prefix: "/x/*", ttlSeconds: 30, invalidate: false },
      allowBypass: true,
    });
  });

  test.each([
    "",
    "[]",
    '{"region":1}',
    '{"unknown":true}',
    '{"app":"b","transform":{"path":"no-slash"}}',
    '{"app":"b","transform":{"path":"/a b"}}',
    '{"app":"b","transform":{"set_headers":[{"name":"a b","value":""}]}}',
    '{"app":"b","transform":{"set_headers":[{"name":"a","value":"x\\r\\ny: z"}]}}',
    '{"app":"b","state":"x\\r\\ny"}',
  ])("RP-07: %s is malformed", (text) => {
    expect(parseReplayJson(text)).toBeUndefined();
  });
});

describe("RC-02: the cache fields beside the header", () => {
  test("pattern, time and bypass", () => {
    expect(parseReplayHeader("app=b", { cache: "/some/path/*", ttlSeconds: "30", allowBypass: "yes" })).toEqual({
      ...{ app: "b", elsewhere: false, allowBypass: true },
      cache: { prefix: "/some/path/*", ttlSeconds: 30, invalidate: false },
    });
    expect(parseReplayHeader("app=b", { cache: "/a", ttlSeconds: "x", allowBypass: undefined })).toBeUndefined();
  });

  test("RC-08: invalidate", () => {
    expect(parseReplayHeader("app=origin", { ...NO_CACHE, cache: "invalidate" })?.cache).toEqual({ invalidate: true });
    expect(parseReplayJson('{"app":"origin","cache":{"invalidate":true}}')?.cache).toEqual({ invalidate: true });
  });
});
