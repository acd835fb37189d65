// Deploys against a real control plane whose engine is in memory: what happens to machines, and what is left after a failure.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import type { DeployInput, DeployResult } from "../../../src/operations/deploy/deploy.ts";
import { memoryDeploys } from "../../support/memory-deploy.ts";
import { type MemoryPlanet, startMemoryPlanet } from "../../support/memory-planet.ts";

const loopbackOnly =
  "  sl  local_address rem_address   st\n   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1\n";
const images: Record<string, Program> = {
  v1: { kind: "runs" },
  v2: { kind: "runs" },
  crash: { kind: "exits", code: 3, output: ["Error: no DATABASE_URL"] },
  broken: { kind: "unstartable", error: "no such program" },
  loopback: { kind: "runs", exec: () => ({ exitCode: 0, stdout: loopbackOnly, stderr: "" }) },
  silent: { kind: "runs", output: ["warming up"] },
};
const TOML = `app = "shop"\nprimary_region = "iad"\n[http_service]\n  internal_port = 8080\n`;

/** A port of the host that is left to services. */
const SERVICE_PORT = 15_432;

const byText = (a: unknown, b: unknown): number => String(a).localeCompare(String(b));

let planet: MemoryPlanet;
beforeEach(async () => {
  planet = await startMemoryPlanet({ images, servicePorts: [SERVICE_PORT] });
  // Nothing listens where the program has ended, or has not begun to.
  planet.portChecks.set("crash", { status: "critical", output: "connect ECONNREFUSED" });
  planet.portChecks.set("loopback", { status: "critical", output: "connect ECONNREFUSED" });
  planet.portChecks.set("silent", { status: "critical", output: "connect ECONNREFUSED" });
});
afterEach(() => planet.stop());

const deploys = memoryDeploys(() => planet);
const { running } = deploys;
const run = (
  image: string,
  input: Partial<DeployInput> = {},
  toml = TOML,
  signal = new AbortController().signal,
): Promise<DeployResult> => deploys.run(image, toml, { agreed: true, ...input }, signal);

describe("a first deploy", () => {
  test("puts one machine into each region and names the URLs", async () => {
    const result = await run("v1", { regions: ["ams", "nrt"] });
    expect(result.machines.map(({ region, action }) => [region, action])).toEqual([
      ["ams", "created"],
      ["nrt", "created"],
    ]);
    expect(result.urls).toEqual([
      "http://shop.localhost:8080",
      "http://ams.shop.localhost:8080",
      "http://nrt.shop.localhost:8080",
    ]);
    expect(await running()).toEqual(["ams started v1", "nrt started v1"]);
  });

  test("names the ports of this machine that lead to services without a host name", async () => {
    const services = `[[services]]\n  internal_port = 8080\n  protocol = "tcp"\n  [[services.ports]]\n    port = 5432\n`;
    const result = await run("v1", {}, `app = "shop"\nprimary_region = "iad"\n${services}`);
    expect(result.doors).toEqual([{ app: "shop", protocol: "tcp", port: 5_432, hostPort: SERVICE_PORT }]);
    expect(result.urls).toEqual([]);
    expect((await run("v1")).doors).toEqual([]);
  });

  test("goes to the primary region when none is named", async () => {
    await run("v1");
    expect(await running()).toEqual(["iad started v1"]);
  });

  test.each([
    ["crash", "MACHINE_EXITED", "exited with code 3"],
    ["broken", "MACHINE_START_FAILED", "could not be started"],
    ["loopback", "APP_LOOPBACK_ONLY", "listens on 127.0.0.1:8080 only"],
    ["silent", "APP_NOT_LISTENING", "does not listen on port 8080"],
  ])("of an image that is %s fails with %s and leaves no app behind", async (image, code, message) => {
    await expect(run(image)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    await expect(planet.client.app("shop")).rejects.toMatchObject({ code: "APP_NOT_FOUND" });
    expect(await planet.runtime.listContainers({ "dev.hangar.component": "machine" })).toEqual([]);
  });

  test("says the last lines of a program that exits", async () => {
    await expect(run("crash")).rejects.toMatchObject({
      message: expect.stringContaining("Error: no DATABASE_URL"),
      details: { exitCode: 3 },
    });
  });
});

describe("a second deploy", () => {
  test("updates the machines in place and adds the missing regions", async () => {
    const first = await run("v1", { regions: ["iad", "ams"] });
    const second = await run("v2", { regions: ["iad", "ams", "nrt"] });
    const ids = new Map(first.machines.map(({ region, id }) => [region, id]));
    expect(
      second.machines.map(({ region, action, id }) => [region, action, id === ids.get(region)]).toSorted(byText),
    ).toEqual([
      ["ams", "updated", true],
      ["iad", "updated", true],
      ["nrt", "created", false],
    ]);
    expect(await running()).toEqual(["ams started v2", "iad started v2", "nrt started v2"]);
  });

  test("of the same thing changes nothing", async () => {
    const first = await run("v1");
    const second = await run("v1");
    expect(second.machines).toEqual(first.machines.map((machine) => ({ ...machine, action: "unchanged" })));
  });

  test.each([["crash"], ["broken"], ["loopback"], ["silent"]])(
    "of an image that is %s, with a canary, leaves the old version running and untouched",
    async (image) => {
      const first = await run("v1", { regions: ["iad", "ams"] });
      const before = await planet.client.machines("shop");
      await expect(run(image, { strategy: "canary" })).rejects.toMatchObject({
        code: expect.stringMatching(/MACHINE_EXITED|MACHINE_START_FAILED|APP_LOOPBACK_ONLY|APP_NOT_LISTENING/),
      });
      const after = await planet.client.machines("shop");
      expect(after.map(({ id, instance_id }) => [id, instance_id])).toEqual(
        before.map(({ id, instance_id }) => [id, instance_id]),
      );
      expect(await running()).toEqual(["ams started v1", "iad started v1"]);
      expect(first.machines).toHaveLength(2);
    },
  );

  test.each([["crash"], ["broken"], ["loopback"], ["silent"]])(
    "of an image that is %s, rolling, changes one machine and puts it back",
    async (image) => {
      await run("v1", { regions: ["iad", "ams"] });
      const before = await planet.client.machines("shop");
      await expect(run(image)).rejects.toMatchObject({ details: { rolledBack: true } });
      const after = await planet.client.machines("shop");
      const same = after.filter(({ instance_id: instance }) => before.some((one) => one.instance_id === instance));
      expect(same).toHaveLength(1);
      expect(after.map(({ id, config, cordoned }) => [id, config, cordoned])).toEqual(
        before.map(({ id, config, cordoned }) => [id, config, cordoned]),
      );
      expect(await running()).toEqual(["ams started v1", "iad started v1"]);
    },
  );

  test("that is interrupted puts everything back", async () => {
    await run("v1", { regions: ["iad", "ams"] });
    const interrupt = new AbortController();
    const stopAtSecond = planet.planet.onChange(() => {
      if (
        planet.store
          .machines()
          .some(
            ({ config, state, cordoned }) =>
              config.image === "v2" && state === "started" && !cordoned && config.metadata?.hangar_canary === undefined,
          )
      )
        interrupt.abort(new Error("interrupted"));
    });
    await expect(run("v2", {}, TOML, interrupt.signal)).rejects.toThrow("interrupted");
    stopAtSecond();
    expect(await running()).toEqual(["ams started v1", "iad started v1"]);
  });

  test("removes machines of process groups that the file no longer has", async () => {
    await run("v1", {}, `${TOML}  processes = ["app"]\n[processes]\n  app = "serve"\n  worker = "work"\n`);
    expect(
      (await planet.client.machines("shop")).map(({ config }) => config.metadata?.fly_process_group).toSorted(byText),
    ).toEqual(["app", "worker"]);
    await run("v1", {}, TOML);
    expect((await planet.client.machines("shop")).map(({ config }) => config.metadata?.fly_process_group)).toEqual([
      "app",
    ]);
  });
});

describe("what cannot be deployed", () => {
  test("a region that does not exist", async () => {
    await expect(run("v1", { regions: ["sidney"] })).rejects.toMatchObject({ code: "REGION_UNKNOWN" });
  });
  test("an image that is nowhere", async () => {
    await expect(run("nowhere")).rejects.toMatchObject({ code: "IMAGE_NOT_FOUND" });
    await expect(planet.client.app("shop")).rejects.toMatchObject({ code: "APP_NOT_FOUND" });
  });
});
