import { describe, expect, test } from "vitest";
import { resolveEntry } from "../../../../src/emulator/edge/entry-region.ts";

describe("resolveEntry", () => {
  test.each([
    ["my-app.localhost", undefined, "my-app", "iad"],
    ["my-app.localhost:8080", undefined, "my-app", "iad"],
    ["syd.my-app.localhost:8080", undefined, "my-app", "syd"],
    ["syd.my-app.localhost", "nrt", "my-app", "syd"],
    ["my-app.localhost", " NRT ", "my-app", "nrt"],
    ["my-app.localhost", "", "my-app", "iad"],
    ["My-App.FLY.dev", "ams", "my-app", "ams"],
    ["ams.my-app.fly.dev.", undefined, "my-app", "ams"],
    ["syd.localhost", undefined, "syd", "iad"],
  ])("%s with client region %s enters %s in %s", (host, clientRegion, app, region) => {
    expect(resolveEntry(host, clientRegion, "iad")).toEqual({ kind: "entered", app, region });
  });

  test.each([
    "example.com",
    "localhost",
    ".localhost",
    "a..localhost",
    "x.y.z.localhost",
    "127.0.0.1:8080",
    "[::1]:8080",
    "",
  ])("%s leads nowhere", (host) => {
    expect(resolveEntry(host, undefined, "iad")).toMatchObject({ kind: "unknown-host" });
  });

  test("a host name of an app's own leads to it, and its client's region or home; the planet's own names come first", () => {
    const ownerOf = (name: string): string | undefined => (name === "127.0.0.1" ? undefined : "shop");
    expect(resolveEntry("Shop.Example.:8443", undefined, "iad", ownerOf)).toEqual({
      ...{ kind: "entered", app: "shop", region: "iad" },
    });
    expect(resolveEntry("syd.shop.example", "AMS", "iad", ownerOf)).toMatchObject({ app: "shop", region: "ams" });
    expect(resolveEntry("my-app.fly.dev", undefined, "iad", ownerOf)).toMatchObject({ app: "my-app" });
    expect(resolveEntry("127.0.0.1:80", undefined, "iad", ownerOf)).toMatchObject({ kind: "unknown-host" });
    expect(resolveEntry("shop.example", "ydn", "iad", ownerOf)).toMatchObject({ kind: "unknown-region" });
  });

  test("suggests a region for one that does not exist, and knows retired ones", () => {
    expect(resolveEntry("my-app.localhost", "ydn", "iad")).toMatchObject({
      kind: "unknown-region",
      region: "ydn",
      retired: false,
    });
    expect(resolveEntry("syf.my-app.localhost", undefined, "iad")).toMatchObject({
      kind: "unknown-region",
      suggestions: ["syd"],
    });
    expect(resolveEntry("my-app.localhost", "sea", "iad")).toMatchObject({ kind: "unknown-region", retired: true });
  });
});
