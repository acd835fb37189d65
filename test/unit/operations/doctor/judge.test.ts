import { describe, expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { CATALOGUE } from "../../../../src/errors/catalogue.ts";
import type { PlanetStatus } from "../../../../src/contract/planet.ts";
import {
  judgeBuilder,
  judgeClock,
  judgeDisk,
  judgeEngine,
  judgeNode,
  judgePlanet,
  judgePort,
  judgeTun,
} from "../../../../src/operations/doctor/judge.ts";

const GIB = 1024 ** 3;

describe("judgeNode", () => {
  test.each([
    ["v22.18.0", "ok"],
    ["v24.0.0", "ok"],
    ["v22.17.9", "fail"],
    ["v20.20.2", "fail"],
  ])("%s is %s", (version, status) => {
    expect(judgeNode(version).status).toBe(status);
  });
});

describe("judgeEngine and judgeBuilder", () => {
  test.each([
    ["DOCKER_TOO_OLD", "DOCKER_TOO_OLD"],
    ["DOCKER_UNAVAILABLE", "DOCKER_UNAVAILABLE"],
    ["DEADLINE", "DOCKER_UNAVAILABLE"],
    ["INTERNAL", "DOCKER_UNAVAILABLE"],
  ] as const)("%s fails as %s, which is of the environment, with a remedy", (thrown, code) => {
    const error = new AppError(thrown, "it failed", { suggestions: ["hangar doctor"] });
    for (const finding of [judgeEngine({ error }), judgeBuilder({ error })]) {
      expect(finding).toMatchObject({ status: "fail", code });
      expect(CATALOGUE[code].exit).toBe(69);
      expect(finding.remedy).not.toContain("hangar doctor");
    }
  });

  test("the classic builder is a warning", () => {
    const choice = { client: "/usr/bin/docker", version: "28.2.2", buildx: false };
    expect(judgeBuilder({ value: { ...choice, builder: "classic" } }).status).toBe("warn");
    expect(judgeBuilder({ value: { ...choice, builder: "buildkit" } }).status).toBe("ok");
  });
});

describe("judgeTun", () => {
  test.each([
    [{ wanReady: true, device: "missing" }, "ok"],
    [{ wanReady: false, device: "usable" }, "ok"],
    [{ wanReady: false, device: undefined }, "warn"],
    [{ wanReady: false, device: "missing" }, "fail"],
    [{ wanReady: false, device: "no-driver" }, "fail"],
  ] as const)("%j is %s", (facts, status) => {
    expect(judgeTun(facts).status).toBe(status);
  });
});

describe("judgePort", () => {
  test.each([
    [true, false, "ok"],
    [false, true, "ok"],
    [true, true, "warn"],
    [false, false, "fail"],
  ])("free %s, used by the planet %s is %s", (free, usedByPlanet, status) => {
    expect(judgePort({ use: "http", port: 8080, free, usedByPlanet }).status).toBe(status);
  });
});

describe("judgeDisk", () => {
  test.each([
    [undefined, "warn"],
    [0.9 * GIB, "fail"],
    [1 * GIB, "warn"],
    [4.9 * GIB, "warn"],
    [5 * GIB, "ok"],
  ])("%s bytes are %s", (free, status) => {
    expect(judgeDisk(free, "/var/lib/docker").status).toBe(status);
  });
});

describe("judgeClock", () => {
  const now = Date.UTC(2026, 10, 22);
  test.each([
    [{ nowMs: now, monotonic: true, skewMs: undefined }, "ok"],
    [{ nowMs: now, monotonic: true, skewMs: -1_000 }, "ok"],
    [{ nowMs: now, monotonic: true, skewMs: -3_600_000 }, "warn"],
    [{ nowMs: now, monotonic: true, skewMs: 5_000 }, "warn"],
    [{ nowMs: now, monotonic: false, skewMs: undefined }, "warn"],
    [{ nowMs: 0, monotonic: true, skewMs: undefined }, "warn"],
  ])("%j is %s", (facts, status) => {
    expect(judgeClock(facts).status).toBe(status);
  });
});

describe("judgePlanet", () => {
  const status = (state: PlanetStatus["state"], wan: "ready" | "down"): PlanetStatus => ({
    planet: "default",
    version: "0.1.0",
    image: "hangar-planet:1",
    home: "iad",
    state,
    worldVersion: 1,
    components: [{ name: "wan", state: wan, worldVersion: 1 }],
    regions: [],
  });
  test.each([
    [undefined, "ok"],
    [status("ready", "ready"), "ok"],
    [status("starting", "ready"), "warn"],
    [status("degraded", "down"), "fail"],
  ])("%j is %s", (planet, expected) => {
    expect(judgePlanet("default", planet, []).status).toBe(expected);
  });
});
