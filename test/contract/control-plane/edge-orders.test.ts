// What edge asks of control, and how the world tells edge what machines and services want.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineConfig } from "../../../src/contract/machine.ts";
import { MAX_STATIC_FILE_BYTES } from "../../../src/contract/world.ts";
import { LABEL } from "../../../src/emulator/runtime/labels.ts";
import { waitUntil } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";

const APP = "shop";
const CONFIG: MachineConfig = {
  image: "web",
  env: { PRIMARY_REGION: "nrt" },
  services: [
    {
      protocol: "tcp",
      internal_port: 8080,
      autostart: true,
      autostop: "suspend",
      min_machines_running: 1,
      ports: [
        {
          port: 80,
          handlers: ["http"],
          force_https: true,
          http_options: {
            compress: false,
            h2_backend: true,
            idle_timeout: 600,
            response: { pristine: true, headers: { "X-Gone": false, "X-One": "1", "X-Many": ["1", "2"], "X-Odd": 7 } },
            replay_cache: [{ path_prefix: "/", ttl_seconds: 300, type: "cookie", name: "sid" }],
          },
        },
        { start_port: 6000, end_port: 6010, handlers: ["proxy_proto"], proxy_proto_options: { version: "v2" } },
      ],
    },
  ],
  // As deploy writes it: keys that are not set are empty.
  statics: [{ guest_path: "/app/public", url_prefix: "/static", tigris_bucket: "", index_document: "" }],
};

let planet: MemoryPlanet;
let id: string;
beforeAll(async () => {
  planet = await startMemoryPlanet({ images: { web: { kind: "runs", output: ["up"] } } });
  await planet.client.createApp(APP);
  ({ id } = await planet.client.createMachine(APP, { region: "nrt", config: CONFIG }));
  await planet.client.waitMachine(APP, id, "started");
});
afterAll(() => planet.stop());

const call = async (method: string, path: string, body?: unknown): Promise<{ status: number; text: string }> => {
  const response = await fetch(`${planet.baseUrl}/hangar/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
};
const seen = (state: string) =>
  waitUntil(() => planet.world()?.machines.find((machine) => machine.id === id && machine.state === state), {
    ...{ what: `the edge to see the machine ${state}`, deadlineMs: 5_000, intervalMs: 5 },
  });

describe("the world", () => {
  test("AS-06 AS-09 HR-04 PH-08 RC-03 ST-01: carries what services ask the edge for", async () => {
    const machine = await seen("started");
    expect(machine).toMatchObject({
      primaryRegion: "nrt",
      statics: [{ guestPath: "/app/public", urlPrefix: "/static" }],
    });
    expect(machine.services).toEqual([
      {
        ...{ internalPort: 8080, protocol: "tcp", autostart: true, autostop: "suspend", minMachinesRunning: 1 },
        concurrency: { type: "connections" },
        ports: [
          {
            ...{ port: 80, handlers: ["http"], forceHttps: true },
            httpOptions: {
              ...{ compress: false, h2Backend: true, idleTimeoutMs: 600_000, pristine: true },
              responseHeaders: { "X-Gone": false, "X-One": ["1"], "X-Many": ["1", "2"] },
              replayCache: [{ pathPrefix: "/", ttlSeconds: 300, type: "cookie", name: "sid", allowBypass: false }],
            },
          },
          { port: 6_000, endPort: 6_010, handlers: ["proxy_proto"], forceHttps: false, proxyProto: "v2" },
        ],
      },
    ]);
    expect(planet.world()?.apps).toMatchObject([{ name: APP, organization: expect.any(String) as string }]);
  });

  test("AS-02: carries the time between two looks for idle machines", async () => {
    expect(await call("PUT", "/settings", { autostopPeriodMs: 5 })).toMatchObject({ status: 400 });
    expect(await call("PUT", "/settings", { autostopPeriodMs: 2_000 })).toMatchObject({ status: 200 });
    expect(JSON.parse((await call("GET", "/settings")).text)).toEqual({
      autostopPeriodMs: 2_000,
      cpuThrottling: true,
    });
    await waitUntil(() => (planet.world()?.autostopPeriodMs === 2_000 ? true : undefined), {
      ...{ what: "the edge to hear of it", deadlineMs: 5_000, intervalMs: 5 },
    });
  });
});

describe("orders", () => {
  test("AS-04 AS-10: a machine is stopped and started on the edge's order", async () => {
    expect((await call("POST", `/machines/${id}/autostop`, { mode: "stop" })).status).toBe(200);
    const { stoppedAtMs } = await seen("stopped");
    expect(Math.abs(Date.now() - (stoppedAtMs ?? 0))).toBeLessThan(10_000);
    expect((await call("POST", `/machines/${id}/wake`, {})).status).toBe(200);
    expect((await seen("started")).stoppedAtMs).toBeUndefined();
  });

  test("AS-09: a machine is suspended and goes on where it was; one that cannot be suspended is stopped", async () => {
    expect((await call("POST", `/machines/${id}/autostop`, { mode: "suspend" })).status).toBe(200);
    await seen("suspended");
    expect((await call("POST", `/machines/${id}/wake`, {})).status).toBe(200);
    await seen("started");
    const config = { ...CONFIG, guest: { memory_mb: 4_096, cpus: 1, cpu_kind: "shared" as const } };
    const large = await planet.client.createMachine(APP, { region: "nrt", config });
    await planet.client.waitMachine(APP, large.id, "started");
    expect((await call("POST", `/machines/${large.id}/autostop`, { mode: "suspend" })).status).toBe(200);
    await planet.client.waitMachine(APP, large.id, "stopped");
  });

  test("ST-01 ST-02: a running machine's files are read for the edge, within bounds", async () => {
    const read = async (names: string[], folder = "/app/public") => {
      const { status, text } = await call("POST", `/machines/${id}/file`, { folder, names });
      return status === 200 ? (JSON.parse(text) as unknown) : status;
    };
    const [container] = await planet.runtime.listContainers({ [LABEL.machine]: id });
    const files = [
      { path: "/app/public/css/a.css", content: "a {}", mode: 0o644 },
      { path: "/app/public/full", content: Buffer.alloc(MAX_STATIC_FILE_BYTES), mode: 0o644 },
      { path: "/app/public/large", content: Buffer.alloc(MAX_STATIC_FILE_BYTES + 1), mode: 0o644 },
    ];
    await planet.runtime.putFiles(container!.id, files);
    expect(await read(["css", "a.css"])).toEqual({ content: Buffer.from("a {}").toString("base64") });
    expect(await read(["full"])).not.toEqual({ content: null });
    for (const names of [["large"], ["none"], ["css"]]) expect(await read(names)).toEqual({ content: null });
    for (const names of [[], [".."], ["."], ["a/b"], [""]]) expect(await read(names)).toBe(400);
    expect((await call("POST", `/machines/none/file`, { folder: "/", names: ["x"] })).status).toBe(404);
    await call("POST", `/machines/${id}/autostop`, { mode: "stop" });
    await seen("stopped");
    expect(await read(["css", "a.css"])).toBeGreaterThanOrEqual(400);
    await call("POST", `/machines/${id}/wake`, {});
    await seen("started");
  });

  test("of machines that are not there, or of another kind, are refused", async () => {
    expect((await call("POST", "/machines/none/wake", {})).status).toBe(404);
    expect((await call("POST", "/machines/none/autostop", { mode: "stop" })).status).toBe(404);
    expect((await call("POST", `/machines/${id}/autostop`, { mode: "shrug" })).status).toBe(400);
  });
});

test("ER-09: the edge's lines stand in the app's log, for the machine that they are about", async () => {
  const line = { app: APP, region: "nrt", machine: id, message: "[PC01] no", timestamp: new Date().toISOString() };
  expect((await call("POST", "/app-log", [line, { ...line, machine: "", message: "[PR01] none" }])).status).toBe(200);
  const messages = async (query: string): Promise<string[]> =>
    (await call("GET", `/apps/${APP}/logs?tail=50${query}`)).text
      .split("\n")
      .filter((text) => text.includes('"platform"'))
      .map((text) => (JSON.parse(text) as { message: string }).message);
  expect(await messages("")).toEqual(["[PC01] no", "[PR01] none"]);
  expect(await messages(`&machine=${id}`)).toEqual(["[PC01] no"]);
});
