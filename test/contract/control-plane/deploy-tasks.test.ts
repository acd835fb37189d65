// Machines that live for one task of a deploy: the seed command of a first deploy, and programs that try changed machines out.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import type { DeployInput, DeployResult } from "../../../src/operations/deploy/deploy.ts";
import { memoryDeploys } from "../../support/memory-deploy.ts";
import { type MemoryPlanet, startMemoryPlanet } from "../../support/memory-planet.ts";

const images: Record<string, Program> = {
  v1: { kind: "runs" },
  v2: { kind: "runs" },
  done: { kind: "exits", code: 0, output: ["done"] },
  smoke: { kind: "exits", code: 0, output: ["answers"] },
  doubt: { kind: "exits", code: 4, output: ["GET / is slow"] },
};
const TOML = `app = "shop"
primary_region = "iad"
kill_signal = "SIGTERM"
[http_service]
  internal_port = 8080
  [[http_service.checks]]
    interval = "1s"
`;
const checkedBy = (image: string): string => `${TOML}  [[http_service.machine_checks]]
    image = "${image}"
    entrypoint = ["/bin/check"]
    command = ["curl", "http://target"]
    kill_timeout = "9s"
`;

let planet: MemoryPlanet;
beforeEach(async () => {
  planet = await startMemoryPlanet({ images });
});
afterEach(() => planet.stop());

const deploys = memoryDeploys(() => planet);
const { ids, running } = deploys;
const run = (image: string, toml: string, input: Partial<DeployInput> = {}): Promise<DeployResult> =>
  deploys.run(image, toml, input);
/** Machines of a task, which are gone. */
const tasks = (group: string) =>
  planet.store
    .machines({ app: "shop", destroyed: true })
    .filter(({ config }) => config.metadata?.fly_process_group === group);
const tests = () => tasks("fly_app_test_machine_command");

describe("machine checks", () => {
  test("try each changed machine out, on a machine that knows its address and is gone afterwards", async () => {
    await run("v1", TOML, { regions: ["iad", "ams"] });
    const before = await ids();
    const addresses = (await planet.client.machines("shop")).map(({ private_ip: address }) => address);
    await run("v2", checkedBy("smoke"));
    expect(await running()).toEqual(["ams started v2", "iad started v2"]);
    expect(await ids()).toEqual(before);
    expect(
      tests()
        .map(({ state, region }) => `${state} ${region}`)
        .toSorted(),
    ).toEqual(["destroyed ams", "destroyed iad"]);
    expect(
      tests()
        .map(({ config }) => config.env?.["FLY_TEST_MACHINE_IP"] ?? "")
        .toSorted(),
    ).toEqual(addresses.toSorted());
    expect(tests()[0]?.config).toMatchObject({
      image: "smoke",
      init: { cmd: ["curl", "http://target"], entrypoint: ["/bin/check"] },
      env: { FLY_TEST_COMMAND: "1", FLY_PROCESS_GROUP: "fly_app_test_machine_command", PRIMARY_REGION: "iad" },
      stop_config: { signal: "SIGTERM", timeout: "9s" },
      restart: { policy: "no" },
      dns: { skip_registration: true },
    });
    expect(tests()[0]?.config.services).toBeUndefined();
    expect(tests()[0]?.config.checks).toBeUndefined();
  });

  test.each(["rolling", "canary"] as const)(
    "that fail take a %s deploy back, with their last lines, and the rest is not touched",
    async (strategy) => {
      await run("v1", TOML, { regions: ["iad", "ams"] });
      const before = await ids();
      await expect(run("v2", checkedBy("doubt"), { strategy })).rejects.toMatchObject({
        code: "MACHINE_CHECK_FAILED",
        message: expect.stringMatching(/"curl http:\/\/target" .* exited with code 4[\s\S]*GET \/ is slow/),
        details: { exitCode: 4, rolledBack: true },
      });
      expect(await running()).toEqual(["ams started v1", "iad started v1"]);
      expect(await ids()).toEqual(before);
      expect(tests().map(({ state }) => state)).toEqual(["destroyed"]);
    },
  );

  test("are not part of a first deploy, and not of a machine that stays stopped", async () => {
    await run("v1", checkedBy("doubt"));
    const [machine] = await ids();
    await planet.client.stopMachine("shop", machine ?? "");
    await planet.client.connection.api.machines.wait("shop", machine ?? "", { state: "stopped", timeoutMs: 20_000 });
    await run("v2", checkedBy("doubt"));
    expect(await running()).toEqual(["iad stopped v2"]);
    expect(tests()).toEqual([]);
  });

  test("are not run by blue-green deploys, which say so", async () => {
    await run("v1", TOML);
    const { warnings } = await run("v2", checkedBy("doubt"), { strategy: "bluegreen" });
    expect(warnings).toEqual([expect.stringContaining("[[machine_checks]] are run by rolling and canary deploys")]);
    expect(await running()).toEqual(["iad started v2"]);
  });
});

describe("a seed command", () => {
  const toml = `app = "shop"\nprimary_region = "iad"\n[deploy]\n  seed_command = "seed it"\n  release_command = "migrate"\n`;
  const detached = { detach: true, strategy: "immediate", smokeChecks: false } as const;

  test("runs once, after the release command of the first deploy", async () => {
    await run("done", toml, detached);
    const own = tasks("fly_app_release_command");
    const byAge = own.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
    expect(byAge.map(({ config }) => config.init?.cmd)).toEqual([["migrate"], ["seed", "it"]]);
    await run("done", toml, { ...detached, force: true });
    expect(tasks("fly_app_release_command").map(({ config }) => config.init?.cmd)).toHaveLength(3);
  });

  test("that fails leaves no app behind", async () => {
    await expect(run("doubt", toml.replace("release", "# release"), detached)).rejects.toMatchObject({
      code: "RELEASE_COMMAND_FAILED",
      message: expect.stringContaining('The seed command "seed it" exited with code 4'),
    });
    await expect(planet.client.app("shop")).rejects.toMatchObject({ code: "APP_NOT_FOUND" });
  });
});
