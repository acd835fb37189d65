import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineConfig } from "../../../src/contract/machine.ts";
import { createMemoryRuntime } from "../../../src/emulator/runtime/memory/memory-runtime.ts";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import { systemClock, waitUntil } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";
import { rawRequest } from "../../support/raw-request.ts";

const images: Record<string, Program> = {
  web: { kind: "runs", output: ["listening"] },
};
const service = { protocol: "tcp" as const, internal_port: 8080, ports: [{ port: 80, handlers: ["http"] }] };
const config = (image: string): MachineConfig => ({ image, services: [service] });

let planet: MemoryPlanet;
beforeAll(async () => {
  planet = await startMemoryPlanet({ images });
  await planet.client.createApp("api");
});
afterAll(() => planet.stop());

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
    expect((await rawRequest(`${planet.baseUrl}/v1/apps?org_slug=personal`, { headers })).status).toBe(status);
  });
});

describe("requests that make no sense", () => {
  const authorization = `Bearer ${TOKEN}`;
  test.each([
    ["a body that is no JSON", "/v1/apps", "POST", "{", 400],
    ["a name that no host name can have", "/v1/apps", "POST", '{"name":"Not OK"}', 422],
    ["a machine without an image", "/v1/apps/api/machines", "POST", '{"config":{}}', 400],
    ["an app that does not exist", "/v1/apps/nope", "GET", undefined, 404],
    ["a machine that does not exist", "/v1/apps/api/machines/123", "GET", undefined, 404],
    ["a state nobody can wait for", "/v1/apps/api/machines/123/wait?state=happy", "GET", undefined, 400],
    ["a path that does not exist", "/v1/nothing", "GET", undefined, 404],
    ["a region that does not exist", "/hangar/v1/regions/activate", "POST", '{"regions":["xyz"]}', 422],
  ])("%s", async (_, pathname, method, body, status) => {
    const answer = await rawRequest(`${planet.baseUrl}${pathname}`, {
      method,
      headers: { authorization },
      ...(body === undefined ? {} : { body }),
    });
    expect(answer.status).toBe(status);
    expect(answer.body).not.toMatch(/node_modules|src\/|at .*\.ts/);
  });

  test("a body over 1 MiB is refused", async () => {
    const body = JSON.stringify({ name: "x".repeat(1_100_000) });
    const answer = await rawRequest(`${planet.baseUrl}/v1/apps`, { method: "POST", headers: { authorization }, body });
    expect(answer.status).toBe(413);
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

      // While control is gone: one container vanishes, and two appear that no record owns, one at work on a volume.
      const [container] = await runtime.listContainers({ "dev.hangar.machine": kept.id });
      await runtime.removeContainer(container?.id ?? "");
      await runtime.createContainer({
        name: "hangar-memory-orphan",
        image: "web",
        labels: { "dev.hangar.planet": "memory", "dev.hangar.component": "machine", "dev.hangar.machine": "gone" },
        networks: [],
      });
      await runtime.createContainer({
        name: "hangar-memory-at-work",
        image: "web",
        labels: { "dev.hangar.planet": "memory", "dev.hangar.component": "worker" },
        networks: [],
      });

      const second = await startMemoryPlanet({ images, runtime, database });
      await second.client.waitMachine("shop", kept.id, "started");
      await waitUntil(
        async () => ((await runtime.listContainers({ "dev.hangar.machine": "gone" })).length === 0 ? true : undefined),
        { what: "the orphan to go", deadlineMs: 5_000, intervalMs: 5 },
      );
      await waitUntil(
        async () =>
          (await runtime.listContainers({ "dev.hangar.component": "worker" })).length === 0 ? true : undefined,
        { what: "the worker to go", deadlineMs: 5_000, intervalMs: 5 },
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
    expect(await own.runtime.listContainers({ "dev.hangar.machine": machine.id })).toMatchObject([{ state: "exited" }]);
    await own.stop();
  });
});
