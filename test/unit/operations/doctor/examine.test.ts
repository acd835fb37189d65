import { describe, expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import { examine, type ExamineDeps, failureOf } from "../../../../src/operations/doctor/examine.ts";

const refuse = (code: "DOCKER_UNAVAILABLE" | "UNREACHABLE") => async (): Promise<never> => {
  throw new AppError(code, `no: ${code}`);
};

/** A machine with an engine and no planet. */
const healthy: ExamineDeps = {
  planet: "default",
  ports: { control: 4280, http: 8080 },
  nodeVersion: "v24.0.0",
  engine: async () => ({
    version: "20.10.24",
    apiVersion: "1.41",
    operatingSystem: "Debian",
    architecture: "x86_64",
    cpus: 2,
    memoryBytes: 8 * 1024 ** 3,
    rootless: false,
    dataRoot: "/var/lib/docker",
    source: "default socket",
    isLocal: true,
    parts: [],
  }),
  pingEngine: async () => ({ kind: "answered", dateMs: Date.UTC(2026, 10, 22) }),
  builder: async () => ({ client: "/usr/bin/docker", version: "20.10.24", builder: "buildkit", buildx: false }),
  tunDevice: async () => "usable",
  isPortFree: async () => true,
  freeBytes: async () => 50 * 1024 ** 3,
  client: { planet: refuse("UNREACHABLE") },
  clock: { now: () => Date.UTC(2026, 10, 22), monotonic: () => 1, sleep: async () => {} },
  signal: new AbortController().signal,
};

describe("examine", () => {
  test("finds nothing wrong with a healthy machine", async () => {
    const findings = await examine(healthy);
    expect(findings.map(({ name, status }) => `${name} ${status}`)).toEqual(
      ["node", "engine", "builder", "tun", "port 4280", "port 8080", "disk", "clock", "planet"].map(
        (name) => `${name} ok`,
      ),
    );
    expect(failureOf(findings)).toBeUndefined();
  });

  test("works without an engine and looks at no disk or device for it", async () => {
    const findings = await examine({
      ...healthy,
      engine: refuse("DOCKER_UNAVAILABLE"),
      builder: refuse("DOCKER_UNAVAILABLE"),
      pingEngine: async () => ({ kind: "unknown" }),
      tunDevice: () => expect.fail("looked"),
      freeBytes: () => expect.fail("looked"),
    });
    expect(findings.filter(({ status }) => status === "fail").map(({ name }) => name)).toEqual(["engine", "builder"]);
    expect(failureOf(findings)).toMatchObject({ code: "DOCKER_UNAVAILABLE", oclif: { exit: 69 } });
  });

  test("does not wait for an engine that says nothing", async () => {
    const findings = await examine({
      ...healthy,
      pingEngine: async () => ({ kind: "silent" }),
      engine: () => expect.fail("asked"),
    });
    expect(findings.find(({ name }) => name === "engine")).toMatchObject({
      status: "fail",
      code: "DOCKER_UNAVAILABLE",
    });
  });

  test("a planet whose control is gone is a failure of its own, and its ports are not somebody else's", async () => {
    const engine = {
      ...(await healthy.engine()),
      parts: [
        { name: "control", running: false },
        { name: "edge", running: true },
      ],
    };
    const findings = await examine({
      ...healthy,
      engine: async () => engine,
      isPortFree: async (port) => port !== 8080,
    });
    expect(findings.filter(({ status }) => status === "fail")).toEqual([
      expect.objectContaining({
        name: "planet",
        code: "PLANET_START_FAILED",
        found: expect.stringContaining("stopped: control"),
      }),
    ]);
  });

  test("the first failure gives the code", async () => {
    const findings = await examine({
      ...healthy,
      isPortFree: async (port) => port !== 8080,
      tunDevice: async () => "missing",
    });
    expect(failureOf(findings)).toMatchObject({
      code: "TUN_UNAVAILABLE",
      message: expect.stringContaining("and 1 more"),
    });
  });

  test("every warning and failure has a remedy", async () => {
    const findings = await examine({
      ...healthy,
      isPortFree: async () => false,
      tunDevice: async () => "no-driver",
      freeBytes: async () => 0,
      nodeVersion: "v18.0.0",
    });
    expect(findings.filter(({ status, remedy }) => status !== "ok" && remedy === undefined)).toEqual([]);
  });
});
