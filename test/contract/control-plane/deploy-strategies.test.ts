// Strategies, releases, release commands and plans against a real control plane whose engine is in memory.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import { changeApp } from "../../../src/operations/deploy/change-app.ts";
import type { DeployInput, DeployResult } from "../../../src/operations/deploy/deploy.ts";
import { readPlan } from "../../../src/operations/deploy/plan/read-plan.ts";
import { listReleases } from "../../../src/operations/releases/list-releases.ts";
import { rollBack } from "../../../src/operations/releases/roll-back.ts";
import { parseCount, planCount } from "../../../src/operations/scale/plan-count.ts";
import { planSize } from "../../../src/operations/scale/plan-size.ts";
import { waitUntil } from "../../../src/platform/clock.ts";
import { memoryDeploys } from "../../support/memory-deploy.ts";
import { type MemoryPlanet, startMemoryPlanet } from "../../support/memory-planet.ts";

const images: Record<string, Program> = {
  v1: { kind: "runs" },
  v2: { kind: "runs" },
  crash: { kind: "exits", code: 3, output: ["no database"] },
  migrate: { kind: "exits", code: 0, output: ["migrated"] },
};
const TOML = `app = "shop"
primary_region = "iad"
[http_service]
  internal_port = 8080
  [[http_service.checks]]
    interval = "1s"
`;

let planet: MemoryPlanet;
beforeEach(async () => {
  planet = await startMemoryPlanet({ images });
  planet.portChecks.set("crash", { status: "critical", output: "connect ECONNREFUSED" });
});
afterEach(() => planet.stop());

const deploys = memoryDeploys(() => planet);
const { changeDeps, ids, running } = deploys;
const run = (image: string, input: Partial<DeployInput> = {}, toml = TOML): Promise<DeployResult> =>
  deploys.run(image, toml, input);
const THREE = { regions: ["iad", "ams", "nrt"] };

describe("strategies", () => {
  test.each(["rolling", "canary", "immediate"] as const)("%s keeps the machines and changes all", async (strategy) => {
    await run("v1", THREE);
    const before = await ids();
    await run("v2", { strategy });
    expect(await ids()).toEqual(before);
    expect(await running()).toEqual(["ams started v2", "iad started v2", "nrt started v2"]);
  });

  test("bluegreen makes new machines and takes the old ones away", async () => {
    await run("v1", THREE);
    const before = await ids();
    const { machines } = await run("v2", { strategy: "bluegreen" });
    expect(await running()).toEqual(["ams started v2", "iad started v2", "nrt started v2"]);
    expect((await ids()).filter((id) => before.includes(id))).toEqual([]);
    expect(machines.map(({ id }) => id).toSorted()).toEqual(await ids());
  });

  test("a bluegreen deploy of a bad version never shows it and leaves the old machines untouched", async () => {
    await run("v1", THREE);
    const before = await planet.client.machines("shop");
    const seen = new Set<string>();
    const stop = planet.planet.onChange(() => {
      for (const { id, cordoned } of planet.world()?.machines ?? []) if (!cordoned) seen.add(id);
    });
    await expect(run("crash", { strategy: "bluegreen" })).rejects.toMatchObject({
      code: "MACHINE_EXITED",
      details: { exitCode: 3, rolledBack: true },
    });
    stop();
    const after = await planet.client.machines("shop");
    expect(after.map(({ instance_id: instance }) => instance)).toEqual(
      before.map(({ instance_id: instance }) => instance),
    );
    expect([...seen].toSorted()).toEqual(before.map(({ id }) => id).toSorted());
  });

  test("the only machine of a service has a spare beside it while it changes", async () => {
    await run("v1");
    let served = true;
    const stop = planet.planet.onChange(() => {
      served &&= (planet.world()?.machines ?? []).some(({ started, cordoned }) => started && !cordoned);
    });
    await run("v2");
    stop();
    expect(served).toBe(true);
    expect(await running()).toEqual(["iad started v2"]);
  });

  test("--no-rollback keeps what was changed", async () => {
    await run("v1", { regions: ["iad", "ams"] });
    await expect(run("crash", { noRollback: true })).rejects.toMatchObject({ details: { rolledBack: false } });
    expect((await running()).filter((line) => line.includes("v1"))).toHaveLength(1);
  });
});

describe("releases", () => {
  test("say what was deployed, by whom and how it ended", async () => {
    await run("v1");
    await expect(run("crash")).rejects.toThrow();
    await run("v2");
    const rows = await listReleases(changeDeps().fleet, 10);
    expect(rows.map(({ version, status, image, current }) => [version, status, image, current])).toEqual([
      [3, "complete", "v2", true],
      [2, "failed", "crash", false],
      [1, "complete", "v1", false],
    ]);
    expect(rows[0]).toMatchObject({ user: "ada@here", git: { commit: "c0ffee" }, image_digest: expect.any(String) });
    expect(rows[1]?.error).toContain("exited with code 3");
    const [machine] = await planet.client.machines("shop");
    expect(machine?.config.metadata).toMatchObject({ fly_release_version: "3", fly_release_id: rows[0]?.id });
  });

  test("a deploy that changes nothing makes none and touches no machine", async () => {
    await run("v1", THREE);
    const before = await planet.client.machines("shop");
    expect(await run("v1")).not.toHaveProperty("release");
    expect(await planet.client.machines("shop")).toEqual(before);
    expect(await planet.client.releases("shop")).toHaveLength(1);
  });

  test("a rollback goes to the one before, and is a release of its own", async () => {
    await run("v1", THREE);
    await run("v2");
    const before = await ids();
    const result = await rollBack({ app: "shop", strategy: "rolling", agreed: true, dryRun: false }, changeDeps());
    expect(result).toMatchObject({ image: "v1", release: 3 });
    expect(await running()).toEqual(["ams started v1", "iad started v1", "nrt started v1"]);
    expect(await ids()).toEqual(before);
    expect((await planet.client.releases("shop"))[0]).toMatchObject({ reason: "rollback to v1", image: "v1" });
  });

  test("two deploys at the same time: one is told that the other is at work", async () => {
    await run("v1");
    planet.portChecks.set("v2", { status: "critical", output: "not yet" });
    const first = run("v2", { leaseTtlS: 1, waitTimeoutMs: 60_000 });
    const status = async () => (await planet.client.releases("shop"))[0]?.status;
    await waitUntil(async () => (await status()) === "running" || undefined, {
      ...{ what: "the first deploy to begin", deadlineMs: 30_000, intervalMs: 5 },
    });
    await expect(run("v2", { force: true })).rejects.toMatchObject({ code: "DEPLOY_RUNNING" });
    planet.portChecks.delete("v2");
    planet.planet.worldChanged();
    await first;
    expect(await running()).toEqual(["iad started v2"]);
  });

  test("a plan is not carried out when another deploy has ended since it was made", async () => {
    await run("v1");
    const late = changeApp(
      async (seen) => {
        await run("v2");
        return planSize("shop", seen, { memoryMb: 512, groups: [] });
      },
      { agreed: true, dryRun: false, reason: "scale" },
      changeDeps(),
    );
    await expect(late).rejects.toMatchObject({ code: "PLAN_STALE" });
    expect(await running()).toEqual(["iad started v2"]);
    expect((await planet.client.releases("shop")).map(({ status }) => status)).toEqual(["complete", "complete"]);
  });
});

describe("a release command", () => {
  const toml = (command: string): string => `${TOML}[deploy]\n  release_command = "${command}"\n`;
  test("that fails stops the deploy before anything changes, with its last lines", async () => {
    await run("v1");
    const before = await planet.client.machines("shop");
    await expect(run("crash", {}, toml("migrate"))).rejects.toMatchObject({
      code: "RELEASE_COMMAND_FAILED",
      message: expect.stringMatching(/exited with code 3[\s\S]*no database/),
    });
    const after = await planet.client.machines("shop");
    expect(after.map(({ instance_id: instance }) => instance)).toEqual(
      before.map(({ instance_id: instance }) => instance),
    );
  });
  test("runs on a machine that is gone afterwards", async () => {
    await run("migrate", { detach: true, strategy: "immediate" }, `${toml("migrate")}[processes]\n  app = ""\n`);
    const all = planet.store.machines({ app: "shop", destroyed: true });
    const own = all.filter(({ config }) => config.metadata?.fly_process_group === "fly_app_release_command");
    expect(own).toHaveLength(1);
    expect(own[0]).toMatchObject({
      state: "destroyed",
      config: { env: { RELEASE_COMMAND: "1" }, init: { cmd: ["migrate"] }, restart: { policy: "no" } },
    });
    expect(own[0]?.config.services).toBeUndefined();
  });
});

describe("plans", () => {
  test("a dry run changes nothing and says what would happen", async () => {
    await run("v1", THREE);
    const before = await planet.client.machines("shop");
    const { plan, cost, machines } = await run("v2", { dryRun: true });
    expect(plan?.steps.map(({ op }) => op)).toEqual(["update", "update", "update"]);
    expect(cost).toEqual({ beforeUsd: 6.06, afterUsd: 6.06 });
    expect(machines).toEqual([]);
    expect(await planet.client.machines("shop")).toEqual(before);
  });
  test("a saved plan is carried out as long as the world is the same, and refused when it is not", async () => {
    await run("v1", THREE);
    const { plan } = await run("v2", { dryRun: true });
    const saved = readPlan(JSON.stringify({ plan }), "plan.json");
    await run("v1", { plan: saved });
    expect(await running()).toEqual(["ams started v2", "iad started v2", "nrt started v2"]);
    await expect(run("v1", { plan: saved })).rejects.toMatchObject({ code: "PLAN_STALE" });
  });
  test.each([["no json"], ["{}"], ['{"format":1,"app":"x","image":"y"}']])("%s is no plan", (text) => {
    expect(() => readPlan(text, "plan.json")).toThrow(expect.objectContaining({ code: "PLAN_INVALID" }));
  });
  test("a group that is gone is asked for before anything changes", async () => {
    const processes = '[processes]\n  app = "serve"\n  worker = "work"\n';
    await run("v1", {}, `${TOML.replace("  [[http", '  processes = ["app"]\n  [[http')}${processes}`);
    const before = await ids();
    const asked = await run("v2");
    expect(asked.questions).toMatchObject([{ kind: "group-removed" }]);
    expect(await ids()).toEqual(before);
    await run("v2", { plan: asked.plan as NonNullable<typeof asked.plan>, agreed: true });
    expect(await running()).toEqual(["iad started v2"]);
  });
});

describe("scale", () => {
  const change = { agreed: true, dryRun: false };
  test("count makes copies in other regions and takes machines away", async () => {
    await run("v1");
    const reason = "scale";
    await changeApp(
      (seen) => planCount("shop", seen, [parseCount("+2")], { regions: ["ams"] }),
      { ...change, reason },
      changeDeps(),
    );
    expect(await running()).toEqual(["ams started v1", "ams started v1", "iad started v1"]);
    await changeApp(
      (seen) => planCount("shop", seen, [parseCount("1")], { regions: ["ams"] }),
      { ...change, reason },
      changeDeps(),
    );
    expect(await running()).toEqual(["ams started v1", "iad started v1"]);
  });
  test("memory updates the machines where they are", async () => {
    await run("v1", { regions: ["iad", "ams"] });
    const before = await ids();
    await changeApp(
      (seen) => planSize("shop", seen, { memoryMb: 512, groups: [] }),
      { ...change, reason: "scale memory 512" },
      changeDeps(),
    );
    expect(await ids()).toEqual(before);
    expect((await planet.client.machines("shop")).map(({ config }) => config.guest?.memory_mb)).toEqual([512, 512]);
  });
});
