// What edge asks of control, and how the world tells edge what machines and services want.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineConfig } from "../../../src/contract/machine.ts";
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
  // As a deploy writes them; the edge knows no buckets.
  statics: [
    { guest_path: "/app/public", url_prefix: "/static", tigris_bucket: "", index_document: "" },
    { guest_path: "/assets", url_prefix: "/assets", tigris_bucket: "files", index_document: "" },
  ],
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

test("HD-02: the world tells each app's public address: the shared one, until the app has its own", async () => {
  const told = (address: string) =>
    waitUntil(() => (planet.world()?.apps[0]?.publicAddress === address ? true : undefined), {
      ...{ what: `the edge to hear of ${address}`, deadlineMs: 5_000, intervalMs: 5 },
    });
  const assign = async (type: string): Promise<string> => {
    const response = await fetch(`${planet.baseUrl}/v1/apps/${APP}/ip_assignments`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ type }),
    });
    return ((await response.json()) as { ip: string }).ip;
  };
  const shared = await assign("shared_v4");
  await told(shared);
  const own = await assign("v4");
  expect(own).not.toBe(shared);
  await told(own);
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

  test("ST-01 ST-02: a running machine's files are read for the edge, however large they are", async () => {
    const read = async (names: readonly string[]): Promise<{ status: number; tag: string | null; content: Buffer }> => {
      const response = await fetch(`${planet.baseUrl}/hangar/v1/machines/${id}/file`, {
        method: "POST",
        headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
        body: JSON.stringify({ folder: "/app/public", names }),
      });
      const { status, headers } = response;
      return { status, tag: headers.get("etag"), content: Buffer.from(await response.arrayBuffer()) };
    };
    const [container] = await planet.runtime.listContainers({ [LABEL.machine]: id });
    const write = (name: string, content: Buffer | string) =>
      planet.runtime.putFiles(container!.id, [{ path: `/app/public/${name}`, content, mode: 0o644 }]);
    await write("css/a.css", "a {}");
    const large = Buffer.alloc(20_000_000, "large ");
    await write("large", large);
    const { status, tag, content } = await read(["css", "a.css"]);
    expect({ status, text: content.toString() }).toEqual({ status: 200, text: "a {}" });
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    await write("css/a.css", "b {}");
    expect((await read(["css", "a.css"])).tag).not.toBe(tag);
    expect((await read(["large"])).content.equals(large)).toBe(true);
    for (const names of [["none"], ["css"]]) expect(await read(names)).toMatchObject({ status: 204, tag: null });
    for (const names of [[], [".."], ["."], ["a/b"], [""]]) expect((await read(names)).status).toBe(400);
    expect((await call("POST", `/machines/none/file`, { folder: "/", names: ["x"] })).status).toBe(404);
    await call("POST", `/machines/${id}/autostop`, { mode: "stop" });
    await seen("stopped");
    expect((await read(["css", "a.css"])).status).toBeGreaterThanOrEqual(400);
    await call("POST", `/machines/${id}/wake`, {});
    await seen("started");
  });

  test("of machines that are not there, or of another kind, are refused", async () => {
    expect((await call("POST", "/machines/none/wake", {})).status).toBe(404);
    expect((await call("POST", "/machines/none/autostop", { mode: "stop" })).status).toBe(404);
    expect((await call("POST", `/machines/${id}/autostop`, { mode: "shrug" })).status).toBe(400);
  });
});

test("ER-09: the edge's lines stand in the app's log, as the proxy's, for the machine that they are about", async () => {
  const line = { app: APP, region: "nrt", machine: id, message: "[PC01] no", timestamp: new Date().toISOString() };
  const more = [
    { ...line, machine: "", message: "[PR01] none" },
    { ...line, message: "machine started in 0.1 s" },
  ];
  expect((await call("POST", "/app-log", [line, ...more])).status).toBe(200);
  const lines = async (query: string): Promise<{ message: string }[]> =>
    (await call("GET", `/apps/${APP}/logs?tail=50${query}`)).text
      .split("\n")
      .filter((text) => text.includes('"platform"'))
      .map((text) => JSON.parse(text) as { message: string });
  const [error, info] = [{ provider: "proxy", level: "error" }, { level: "info" }];
  expect(await lines("")).toMatchObject([
    { message: "[PC01] no", ...error },
    { message: "[PR01] none", ...error },
    { message: "machine started in 0.1 s", ...info },
  ]);
  expect((await lines(`&machine=${id}`)).map(({ message }) => message)).not.toContain("[PR01] none");
});
