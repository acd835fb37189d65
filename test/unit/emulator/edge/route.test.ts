import { describe, expect, test } from "vitest";
import { route } from "../../../../src/emulator/edge/route.ts";
import { mayReuse } from "../../../../src/emulator/edge/targets.ts";
import { indexWorld, isHttpService } from "../../../../src/emulator/edge/world-index.ts";
import { HTTP_SERVICE, type MachineOptions, worldMachine, worldOf } from "../../../support/edge-rig.ts";

const REGIONS = ["ams", "iad", "nrt"];
const at = (id: string, region: string, more: Partial<MachineOptions> = {}) =>
  worldMachine({ id, region, address4: "127.0.1.2", port: 8080, ...more });
const viewOf = (...machines: ReturnType<typeof at>[]) => ({
  world: indexWorld(worldOf(1, REGIONS, machines)),
  load: () => 0,
  isHealthy: () => true,
  isWaking: () => false,
  excluded: new Set<string>(),
  random: () => 0,
  nowMs: () => 0,
});

describe("route", () => {
  const view = viewOf(at("a", "ams"), at("n", "nrt"));

  test.each([
    ["ams", "a", 0],
    ["iad", "a", 80],
    ["nrt", "n", 0],
  ])("sends what enters in %s to %s", (entry, id, rttMs) => {
    expect(route({ app: "my-app" }, view, entry)).toMatchObject({
      kind: "forward",
      backend: { machine: { id } },
      rttMs,
    });
  });

  test("asks for a region that is not active", () => {
    expect(route({ app: "my-app" }, view, "syd")).toEqual({ kind: "activate", region: "syd" });
  });

  test("does not activate regions for apps that do not exist", () => {
    expect(route({ app: "other" }, view, "syd")).toEqual({ kind: "unavailable", code: "no-such-app" });
  });

  test("says why nothing can be done", () => {
    expect(route({ app: "my-app" }, viewOf(), "ams")).toEqual({ kind: "unavailable", code: "no-machine" });
    expect(route({ app: "my-app" }, { ...view, excluded: new Set(["a", "n"]) }, "ams")).toEqual({
      kind: "unavailable",
      code: "all-failed",
    });
    expect(route({ app: "my-app" }, { ...view, isHealthy: () => false }, "ams")).toEqual({
      kind: "wait",
      for: "a healthy machine",
    });
    const full = viewOf(at("a", "ams", { concurrency: { type: "requests", hardLimit: 1 } }));
    expect(route({ app: "my-app" }, { ...full, load: () => 1 }, "ams")).toEqual({ kind: "wait", for: "a slot" });
  });

  describe("a machine that is being started or replaced", () => {
    const coming = (state: string, more: Partial<MachineOptions> = {}) =>
      at("c", "ams", { started: false, ...more, more: { state } });
    const waits = { kind: "wait", for: "a machine that starts" };

    test.each(["created", "starting", "restarting", "replacing"])("is waited for while it is %s", (state) => {
      expect(route({ app: "my-app" }, viewOf(coming(state)), "iad")).toEqual(waits);
    });
    test.each(["stopping", "stopped", "failed", "destroying"])("is not waited for when %s", (state) => {
      expect(route({ app: "my-app" }, viewOf(coming(state)), "iad").kind).toBe("unavailable");
    });
    test("is left alone where another can take the request, and when cordoned", () => {
      const two = viewOf(coming("replacing"), at("n", "nrt"));
      expect(route({ app: "my-app" }, two, "ams")).toMatchObject({
        kind: "forward",
        backend: { machine: { id: "n" } },
      });
      expect(route({ app: "my-app" }, viewOf(coming("replacing", { cordoned: true })), "ams").kind).toBe("unavailable");
    });
    test("is waited for by who wants no other", () => {
      const two = viewOf(coming("replacing"), at("n", "nrt"));
      const wish = { instance: "c", onlyInstance: true, onlyRegions: false };
      expect(route({ app: "my-app", wish }, two, "ams")).toEqual(waits);
      const inAms = { regions: [(region: string) => region === "ams"], onlyRegions: true, onlyInstance: false };
      expect(route({ app: "my-app", wish: inAms }, two, "ams")).toEqual(waits);
      expect(route({ app: "my-app", wish: { ...inAms, onlyRegions: false } }, two, "ams").kind).toBe("forward");
    });
  });
});

describe("public ports", () => {
  const ports = (first: number, endPort?: number) => [
    { port: first, handlers: ["http"], forceHttps: false, ...(endPort === undefined ? {} : { endPort }) },
  ];
  const concurrency = { type: "requests" as const, hardLimit: 1 };
  const machine = at("a", "ams", {
    more: {
      services: [
        { ...HTTP_SERVICE, internalPort: 8080, concurrency },
        { ...HTTP_SERVICE, internalPort: 9090, concurrency, ports: ports(6_000, 6_010) },
      ],
    },
  });

  test("LB-06: limits hold for each service of a machine", () => {
    const view = { ...viewOf(machine), load: (key: string) => (key === "a:8080" ? 1 : 0) };
    expect(route({ app: "my-app" }, view, "ams")).toEqual({ kind: "wait", for: "a slot" });
    expect(route({ app: "my-app", port: 6_000 }, view, "ams")).toMatchObject({ kind: "forward" });
  });

  test.each([
    [6_000, "forward"],
    [6_010, "forward"],
    [5_999, "unavailable"],
    [6_011, "unavailable"],
  ])("PH-08: of the range 6000 to 6010, port %i: %s", (port, kind) => {
    expect(route({ app: "my-app", port }, viewOf(machine), "ams").kind).toBe(kind);
  });

  test("LB-11: only services that count requests share connections", () => {
    const of = (type: "requests" | "connections") =>
      viewOf(at("a", "ams", { concurrency: { type } })).world.backendOf("a")!;
    expect([mayReuse(of("requests"), true), mayReuse(of("requests"), false)]).toEqual([true, false]);
    expect(mayReuse(of("connections"), true)).toBe(false);
  });
});

describe("indexWorld", () => {
  test("PX-05 LB-14 LB-15: leaves out what takes no requests, and other apps", () => {
    const world = indexWorld(
      worldOf(1, REGIONS, [
        at("a", "ams"),
        at("stopped", "ams", { started: false }),
        at("cordoned", "ams", { cordoned: true }),
        at("other", "ams", { app: "other" }),
        { ...at("plain", "ams"), services: [] },
      ]),
    );
    expect(world.rings("my-app", "ams").flatMap(({ backends }) => backends.map(({ machine }) => machine.id))).toEqual([
      "a",
    ]);
    expect(world.rings("my-app", "ams")).toBe(world.rings("my-app", "ams"));
  });

  test("sorts by distance from the entry, a missing link last", () => {
    const world = indexWorld({
      ...worldOf(1, REGIONS, [at("i", "iad"), at("n", "nrt"), at("a", "ams")]),
      links: [{ a: "nrt", b: "ams", rttMs: 230 }],
    });
    expect(world.rings("my-app", "nrt").map(({ rttMs }) => rttMs)).toEqual([0, 230, Infinity]);
  });
});

describe("RP-01: isHttpService", () => {
  test.each([
    [{ port: 80, handlers: ["http"] }, "tcp", true],
    [{ port: 443, handlers: ["tls", "http"] }, "tcp", true],
    [{ port: 443, handlers: ["tls"] }, "tcp", false],
    [{ port: 8080, handlers: ["http"] }, "tcp", false],
    [{ port: 80, handlers: ["http"] }, "udp", false],
  ] as const)("%o over %s: %s", (port, protocol, expected) => {
    expect(
      isHttpService({
        ...HTTP_SERVICE,
        protocol,
        ports: [{ ...port, handlers: [...port.handlers], forceHttps: false }],
      }),
    ).toBe(expected);
  });
});
