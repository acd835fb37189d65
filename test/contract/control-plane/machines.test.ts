import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MachineConfig } from "../../../src/contract/machine.ts";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import { AppError } from "../../../src/errors/app-error.ts";
import { waitUntil } from "../../../src/platform/clock.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";
import { rawRequest } from "../../support/raw-request.ts";

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
    expect(updated.state).toBe("replacing");
    await client.waitMachine("api", machine.id, "started", { instanceId: updated.instance_id });
    const after = await client.machine("api", machine.id);
    expect(after).toMatchObject({ id: machine.id, private_ip: machine.private_ip, config: { image: "web:2" } });
    expect(after.image_ref?.digest).toBe(await runtime.imageId("web:2"));
    expect(after.image_ref?.digest).not.toBe(machine.image_ref?.digest);
    const containers = (await runtime.listContainers({ "dev.hangar.machine": machine.id })).map(({ image }) => image);
    expect(containers.toSorted()).toEqual(["hangar/planet:test", "web:2"]);
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

  test("a start that the engine refuses for the moment is tried again", async () => {
    const { client, runtime } = planet;
    runtime.control.failNext("createContainer", new AppError("CONFLICT", "the name is in use"));
    const machine = await client.createMachine("api", { config: config("web") });
    await client.waitMachine("api", machine.id, "started", { timeoutS: 5 });
    expect((await client.machine("api", machine.id)).state).toBe("started");
    runtime.control.failNext("removeContainer", new AppError("DOCKER_FAILED", "removal is in progress"));
    await client.destroyMachine("api", machine.id);
    await client.waitMachine("api", machine.id, "destroyed", { timeoutS: 5 });
    expect(await runtime.listContainers({ "dev.hangar.machine": machine.id })).toEqual([]);
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
    expect((await client.machine("api", machine.id)).cordoned).toBe(false);
    await client.destroyMachine("api", machine.id);
  });

  test("a running machine is not destroyed without force", async () => {
    const machine = await planet.client.createMachine("api", { config: config("web") });
    await planet.client.waitMachine("api", machine.id, "started");
    const answer = await rawRequest(`${planet.baseUrl}/v1/apps/api/machines/${machine.id}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
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
