import { describe, expect, test } from "vitest";
import { createPainter } from "../../../../src/cli/output/color.ts";
import { renderDestructionQuestion } from "../../../../src/cli/present/apps.ts";
import { renderBodies, renderCities } from "../../../../src/cli/present/curl.ts";
import { renderFindings } from "../../../../src/cli/present/doctor.ts";
import { renderLogEntry } from "../../../../src/cli/present/logs.ts";
import { renderPing } from "../../../../src/cli/present/ping.ts";
import { renderStatus } from "../../../../src/cli/present/status.ts";
import { AppError } from "../../../../src/errors/app-error.ts";
import type { CityMeasurement } from "../../../../src/operations/curl/measure-cities.ts";

const plain = createPainter(false);
const wide = { width: undefined };

describe("renderCities", () => {
  const measurements: CityMeasurement[] = [
    {
      result: {
        from: "syd",
        edge: "syd",
        region: "nrt",
        machine: "148ed599c14189",
        status: 200,
        dnsMs: 0,
        connectMs: 0.21,
        tlsMs: 0,
        firstByteMs: 103.4,
        totalMs: 103.9,
        configuredRttMs: 103.2,
      },
      body: Buffer.from("hello\n"),
      failure: undefined,
    },
    {
      result: {
        from: "gru",
        edge: null,
        region: null,
        machine: null,
        status: null,
        dnsMs: null,
        connectMs: null,
        tlsMs: null,
        firstByteMs: null,
        totalMs: null,
        configuredRttMs: null,
      },
      body: undefined,
      failure: new AppError("UNREACHABLE", "127.0.0.1:8080 does not answer"),
    },
  ];

  test("has a line per city and says how it was measured", () => {
    expect(renderCities(measurements, { samples: 3 }, wide)).toMatchInlineSnapshot(`
      "FROM       EDGE  REGION  MACHINE         STATUS  CONNECT  FIRST BYTE  TOTAL    RTT
      Sydney     syd   nrt     148ed599c14189  200         0.2       103.4  103.9  103.2
      São Paulo  -     -       -               none          -           -      -      -

      Median by first byte of 3 requests per city; times in ms from the start of the request. RTT is the configured one from the edge to the region that served.
      São Paulo: 127.0.0.1:8080 does not answer"
    `);
    expect(renderCities(measurements, { samples: 1 }, wide)).toContain("One request per city");
  });

  test("prints bodies under their cities", () => {
    expect(renderBodies(measurements)).toBe("Sydney:\nhello");
  });
});

describe("renderPing", () => {
  const result = {
    from: "iad",
    to: "nrt",
    family: 4,
    configuredRttMs: 150,
    sent: 3,
    received: 3,
    rttMs: { min: 150.1, p50: 150.2, p99: 150.31, max: 150.31 },
  } as const;
  test("is ping's summary", () => {
    expect(renderPing(result)).toMatchInlineSnapshot(`
      "PING iad to nrt over IPv4: 150.0 ms configured
      3 packets sent, 3 received, 0% lost
      rtt min/p50/p99/max = 150.100/150.200/150.310/150.310 ms"
    `);
    expect(renderPing({ ...result, received: 0, rttMs: { min: null, p50: null, p99: null, max: null } })).toContain(
      "0 received, 100% lost\nrtt min/p50/p99/max = -/-/-/- ms",
    );
  });
});

describe("renderLogEntry", () => {
  const entry = {
    timestamp: "2026-11-22T10:00:00.123456789Z",
    app: "a",
    region: "iad",
    machine: "148ed599c14189",
    stream: "stderr",
    message: "text",
  } as const;
  test.each([
    ["2026-11-22T10:00:00.123456789Z", "2026-11-22T10:00:00.123Z"],
    ["2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000Z"],
    ["2026-11-22T10:00:00.5+01:00", "2026-11-22T10:00:00.500+01:00"],
  ])("shows %s as %s", (timestamp, shown) => {
    expect(renderLogEntry({ ...entry, timestamp }, plain)).toBe(`${shown} app[148ed599c14189] iad [info] text`);
  });
  test("ER-09: the platform's own lines name what says them, and errors as such", () => {
    const own = { ...entry, stream: "platform" } as const;
    expect(renderLogEntry(own, plain)).toContain(" runner[148ed599c14189] ");
    const error = renderLogEntry({ ...own, provider: "proxy", level: "error", message: "[PC01] no" }, plain);
    expect(error).toMatch(/ proxy\[148ed599c14189\] iad \[error\] \[PC01\] no$/);
  });
});

describe("renderFindings", () => {
  test("puts the remedy below", () => {
    const findings = [
      { name: "node", status: "ok", found: "Node.js 24" },
      { name: "port 8080", status: "fail", found: "taken", remedy: "end it", code: "PORT_TAKEN" },
    ] as const;
    expect(renderFindings(findings, plain)).toMatchInlineSnapshot(`
      "ok    node       Node.js 24
      fail  port 8080  taken
                       try: end it"
    `);
  });
});

describe("renderDestructionQuestion", () => {
  test("names what goes", () => {
    expect(renderDestructionQuestion({ app: "a", machines: [{ id: "m1", region: "iad" }] }, "on Fly.io")).toBe(
      'Destroy app "a" and its 1 machine (m1 in iad) on Fly.io?',
    );
    expect(renderDestructionQuestion({ app: "a", machines: [] }, "on Fly.io")).toContain("no machines");
  });
});

describe("renderStatus", () => {
  const machine = {
    id: "m1",
    name: "n",
    region: "iad",
    state: "started",
    checks: { passing: 1, total: 2 },
    version: undefined,
    instanceId: "01ABC",
    updatedAt: "2026-11-22T10:00:00.123Z",
  } as const;
  const app = { name: "my-app", status: "deployed", machines: [machine] };

  test("of an app", () => {
    expect(renderStatus({ app, url: "http://my-app.localhost:8080", doors: [] }, plain, wide)).toMatchInlineSnapshot(`
      "App my-app: deployed, http://my-app.localhost:8080

      ID  REGION  STATE    CHECKS  VERSION  UPDATED
      m1  iad     started  1/2     01ABC    2026-11-22T10:00:00Z"
    `);
    expect(renderStatus({ app: { ...app, machines: [] }, url: "u", doors: [] }, plain, wide)).toContain("no machines");
  });

  test("of a planet", () => {
    const planet = {
      planet: "default",
      version: "0.1.0",
      image: "hangar-planet:1",
      home: "iad",
      state: "ready",
      worldVersion: 7,
      components: [{ name: "wan", state: "ready", worldVersion: 7 }],
      regions: [
        { code: "iad", name: "Ashburn", active: true, machines: 1 },
        { code: "syd", name: "Sydney", active: false, machines: 0 },
      ],
    } as const;
    const reading = {
      planet: { ...planet, components: [...planet.components], regions: [...planet.regions] },
      url: "http://localhost:8080",
      apps: [app, { name: "empty", status: "pending", machines: [] }],
    };
    expect(renderStatus(reading, plain, wide)).toMatchInlineSnapshot(`
      "Planet default: ready, clients enter at iad, http://localhost:8080

      COMPONENT  STATE  WORLD
      wan        ready      7

      REGION  NAME     MACHINES
      iad     Ashburn         1

      APP     ID  REGION  STATE    CHECKS  VERSION  UPDATED
      my-app  m1  iad     started  1/2     01ABC    2026-11-22T10:00:00Z
      empty   -   -       -        -       -        -"
    `);
  });
});
