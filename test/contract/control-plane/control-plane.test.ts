import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineConfig } from "../../../src/contract/machine.ts";
import { createMemoryRuntime } from "../../../src/emulator/runtime/memory/memory-runtime.ts";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import { systemClock, waitUntil } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";

const images: Record<string, Program> = {
  web: { kind: "runs", output: ["listening"] },
  "web:2": { kind: "runs" },
  crash: { kind: "exits", code: 3, output: ["no database"] },
  done: { kind: "exits", code: 0 },
  broken: { kind: "unstartable", error: 'exec: "serve": executable file not found in $PATH' },
};
const service = { protocol: "tcp" as const, internal_port: 8080, ports: [{ port: 80, handlers: ["http"] }] };
const config = (image: string, more: Partial<MachineConfig> = {}): MachineConfig => ({
  image,
  services: [service],
  ...more,
});

let planet: MemoryPlanet;
beforeAll(async () => {
  planet = await startMemoryPlanet({ images });
  await planet.client.createApp("api");
});
afterAll(() => planet.stop());

function rawRequest(
  headers: Record<string, string>,
  pathname = "/v1/apps?org_slug=personal",
  method = "GET",
  body?: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${planet.baseUrl}${pathname}`, { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

describe("who may talk to control", () => {
  test.each([
    ["no token", {}, 401],
    ["a wrong token", { authorization: "Bearer nope" }, 401],
    ["the token under the platform's own scheme", { authorization: `FlyV1 ${TOKEN}` }, 200],
    ["the token with a foreign Host", { authorization: `Bearer ${TOKEN}`, host: "evil.example" }, 403],
    [
      "a foreign Host that starts like a loopback one",
      { authorization: `Bearer ${TOKEN}`, host: "127.0.0.1.evil.example" },
      403,
    ],
    ["the token with localhost", { authorization: `Bearer ${TOKEN}`, host: "localhost:4280" }, 200],
  ])("%s", async (_, headers, status) => {
    expect((await rawRequest(headers)).status).toBe(status);
  });
});

describe("requests that make no sense", () => {
  const authorization = `Bearer ${TOKEN}`;
  test.each([
    ["a body that is no JSON", "/v1/apps", "POST", "{", 422],
    ["a name that no host name can have", "/v1/apps", "POST", '{"name":"Not OK"}', 422],
    ["a machine without an image", "/v1/apps/api/machines", "POST", '{"config":{}}', 422],
    ["an app that does not exist", "/v1/apps/nope", "GET", undefined, 404],
    ["a machine that does not exist", "/v1/apps/api/machines/123", "GET", undefined, 404],
    ["a state nobody can wait for", "/v1/apps/api/machines/123/wait?state=happy", "GET", undefined, 422],
    ["a path that does not exist", "/v1/nothing", "GET", undefined, 404],
    ["a region that does not exist", "/hangar/v1/regions/activate", "POST", '{"regions":["xyz"]}', 422],
  ])("%s", async (_, pathname, method, body, status) => {
    const answer = await rawRequest({ authorization }, pathname, method, body);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toMatch(/node_modules|src\/|at .*\.ts/);
  });

  test("a body over 1 MiB is refused", async () => {
    const answer = await rawRequest(
      { authorization },
      "/v1/apps",
      "POST",
      JSON.stringify({ name: "x".repeat(1_100_000) }),
    );
    expect(answer.status).toBe(413);
  });
});

describe("machines", () => {
  test("a created machine starts, appears in the world with its addresses, and stops", async () => {
    const { client } = planet;
    const machine = await client.createMachine("api", { region: "nrt", config: config("web") });
    expect(machine).toMatchObject({
      state: "created",
      region: "nrt",
      private_ip: expect.stringMatching(/^fdaa:0:1:[0-9a-f]+:a7b:0:1:2$/),
    });
    await client.waitMachine("api", machine.id, "started");
    const seen = await waitUntil(
      () => planet.world()?.machines.find(({ id, started }) => id === machine.id && started),
      { what: "the edge to see the machine", deadlineMs: 5_000, intervalMs: 5 },
    );
    expect(seen).toMatchObject({ region: "nrt", address6: machine.private_ip, cordoned: false });

    await client.stopMachine("api", machine.id);
    await client.waitMachine("api", machine.id, "stopped", { instanceId: machine.instance_id });
    const stopped = await client.machine("api", machine.id);
    expect(stopped.events[0]).toMatchObject({
      type: "exit",
      status: "stopped",
      request: { exit_event: { requested_stop: true } },
    });
    await client.destroyMachine("api", machine.id);
    await client.waitMachine("api", machine.id, "destroyed");
  });

  test("an update replaces the container and keeps ID and address", async () => {
    const { client, runtime } = planet;
    const machine = await client.createMachine("api", { region: "ams", config: config("web") });
    await client.waitMachine("api", machine.id, "started");
    const updated = await client.updateMachine("api", machine.id, {
      config: config("web:2"),
      current_version: machine.instance_id,
    });
    await client.waitMachine("api", machine.id, "started", { instanceId: updated.instance_id });
    const after = await client.machine("api", machine.id);
    expect(after).toMatchObject({ id: machine.id, private_ip: machine.private_ip, config: { image: "web:2" } });
    const containers = (await runtime.listContainers({ "dev.hangar.machine": machine.id })).map(({ image }) => image);
    expect(containers).toEqual(["web:2"]);
    await client.destroyMachine("api", machine.id);
  });

  test("an update of a version that is no longer the machine's is refused", async () => {
    const { client } = planet;
    const machine = await client.createMachine("api", { region: "ams", config: config("web") });
    await expect(
      client.updateMachine("api", machine.id, {
        config: config("web:2"),
        current_version: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
      }),
    ).rejects.toMatchObject({ code: "CONFLICT" });
    await client.destroyMachine("api", machine.id);
  });

  test("an image that is not to be had is refused before anything changes", async () => {
    const before = await planet.client.machines("api");
    await expect(planet.client.createMachine("api", { config: config("nowhere") })).rejects.toMatchObject({
      code: "IMAGE_NOT_FOUND",
    });
    expect(await planet.client.machines("api")).toHaveLength(before.length);
  });

  test("a program that keeps exiting is restarted up to its limit, then stopped, and its exits are told", async () => {
    const { client } = planet;
    const machine = await client.createMachine("api", {
      config: config("crash", { restart: { policy: "on-failure", max_retries: 1 } }),
    });
    await client.waitMachine("api", machine.id, "stopped", { instanceId: machine.instance_id });
    const { events } = await client.machine("api", machine.id);
    const exits = events.filter(({ type }) => type === "exit");
    expect(exits).toHaveLength(2);
    expect(exits.at(-1)?.request).toMatchObject({
      exit_event: { exit_code: 3, requested_stop: false, restarting: true },
      restart_count: 1,
    });
    expect(exits[0]?.request).toMatchObject({ exit_event: { restarting: false } });
    await client.destroyMachine("api", machine.id);
  });

  test("an image that cannot be started leaves a failed machine with the engine's reason", async () => {
    const { client } = planet;
    const machine = await client.createMachine("api", { config: config("broken") });
    const failed = await waitUntil(
      async () =>
        (await client.machine("api", machine.id)).state === "failed" ? client.machine("api", machine.id) : undefined,
      { what: "the failure", deadlineMs: 5_000, intervalMs: 5 },
    );
    expect(failed.events[0]).toMatchObject({ type: "start", status: "failed" });
    expect(await client.diagnosis("api", machine.id)).toMatchObject({
      engineError: expect.stringContaining("executable file not found"),
    });
    await client.destroyMachine("api", machine.id);
  });

  test("auto_destroy removes a machine whose program is done", async () => {
    const { client } = planet;
    const machine = await client.createMachine("api", { config: config("done", { auto_destroy: true }) });
    await client.waitMachine("api", machine.id, "destroyed");
    expect((await client.machines("api")).map(({ id }) => id)).not.toContain(machine.id);
  });

  test("a cordoned machine is in the world as such", async () => {
    const { client } = planet;
    const machine = await client.createMachine("api", { config: config("web"), skip_service_registration: true });
    await client.waitMachine("api", machine.id, "started");
    const cordoned = (): boolean | undefined => planet.world()?.machines.find(({ id }) => id === machine.id)?.cordoned;
    await waitUntil(() => (cordoned() === true ? true : undefined), {
      what: "the cordon",
      deadlineMs: 5_000,
      intervalMs: 5,
    });
    await client.cordonMachine("api", machine.id, false);
    await waitUntil(() => (cordoned() === false ? true : undefined), {
      what: "the end of the cordon",
      deadlineMs: 5_000,
      intervalMs: 5,
    });
    await client.destroyMachine("api", machine.id);
  });

  test("a running machine is not destroyed without force", async () => {
    const machine = await planet.client.createMachine("api", { config: config("web") });
    await planet.client.waitMachine("api", machine.id, "started");
    const answer = await rawRequest(
      { authorization: `Bearer ${TOKEN}` },
      `/v1/apps/api/machines/${machine.id}`,
      "DELETE",
    );
    expect(answer).toMatchObject({ status: 412, body: expect.stringContaining("failed_precondition") });
    await planet.client.destroyMachine("api", machine.id);
  });

  test("waiting for what does not happen ends with the platform's words", async () => {
    const machine = await planet.client.createMachine("api", { config: config("web") });
    await expect(planet.client.waitMachine("api", machine.id, "stopped", { timeoutS: 1 })).rejects.toMatchObject({
      code: "DEADLINE",
      message: expect.stringContaining("deadline_exceeded: machine failed to reach desired state, stopped"),
    });
    await planet.client.destroyMachine("api", machine.id);
  });

  test("the log has the lines of an app's machines", async () => {
    const machine = await planet.client.createMachine("api", { config: config("web") });
    await planet.client.waitMachine("api", machine.id, "started");
    const lines: unknown[] = [];
    for await (const entry of planet.client.logs(
      "api",
      { follow: false, tail: 10, machine: machine.id },
      AbortSignal.timeout(5_000),
    ))
      lines.push(entry);
    expect(lines).toEqual([expect.objectContaining({ app: "api", machine: machine.id, message: "listening" })]);
    await planet.client.destroyMachine("api", machine.id);
  });
});

describe("control after its death", () => {
  test("everything acknowledged holds, and containers come back to what they should be", async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "hangar-test-"));
    const runtime = createMemoryRuntime({ clock: systemClock, images });
    const database = path.join(folder, "planet.db");
    try {
      const first = await startMemoryPlanet({ images, runtime, database });
      await first.client.createApp("shop");
      const kept = await first.client.createMachine("shop", { region: "syd", config: config("web") });
      const stopped = await first.client.createMachine("shop", { region: "syd", config: config("web") });
      await first.client.waitMachine("shop", kept.id, "started");
      await first.client.waitMachine("shop", stopped.id, "started");
      await first.client.stopMachine("shop", stopped.id);
      await first.client.waitMachine("shop", stopped.id, "stopped", { instanceId: stopped.instance_id });
      const version = first.world()?.version ?? 0;
      await first.stop();

      // While control is gone: one container vanishes, and one appears that no record owns.
      const [container] = await runtime.listContainers({ "dev.hangar.machine": kept.id });
      await runtime.removeContainer(container?.id ?? "");
      await runtime.createContainer({
        name: "hangar-memory-orphan",
        image: "web",
        labels: { "dev.hangar.planet": "memory", "dev.hangar.component": "machine", "dev.hangar.machine": "gone" },
        networks: [],
      });

      const second = await startMemoryPlanet({ images, runtime, database });
      await second.client.waitMachine("shop", kept.id, "started");
      await waitUntil(
        async () => ((await runtime.listContainers({ "dev.hangar.machine": "gone" })).length === 0 ? true : undefined),
        { what: "the orphan to go", deadlineMs: 5_000, intervalMs: 5 },
      );
      expect(await second.client.machines("shop")).toEqual([
        expect.objectContaining({ id: kept.id, state: "started", private_ip: kept.private_ip }),
        expect.objectContaining({ id: stopped.id, state: "stopped" }),
      ]);
      await waitUntil(() => ((second.world()?.version ?? 0) > version ? true : undefined), {
        what: "a newer world",
        deadlineMs: 5_000,
        intervalMs: 5,
      });
      await second.stop();
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test("the engine's absence is survived", async () => {
    const own = await startMemoryPlanet({ images });
    await own.client.createApp("shop");
    const machine = await own.client.createMachine("shop", { config: config("web") });
    await own.client.waitMachine("shop", machine.id, "started");
    own.runtime.control.setAvailable(false);
    await own.client.stopMachine("shop", machine.id);
    own.runtime.control.setAvailable(true);
    await own.client.waitMachine("shop", machine.id, "stopped", { instanceId: machine.instance_id });
    await own.stop();
  });
});
