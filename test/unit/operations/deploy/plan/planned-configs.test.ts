// What planned machines are configured with, and what is refused before anything changes.
import { describe, expect, test } from "vitest";
import { planDeploy } from "../../../../../src/operations/deploy/plan/plan-deploy.ts";
import type { DeployPlan } from "../../../../../src/operations/deploy/plan/plan-types.ts";
import { aConfig, aMachine, anInput, aVolume, aWish, CHECKED, DATA, mounted, SERVICE } from "./a-world.ts";

const ops = (plan: DeployPlan): string[] =>
  plan.steps.map(({ op, ...step }) => `${op} ${"machine" in step ? step.machine : ""}`);

describe("configurations", () => {
  const configOf = (plan: DeployPlan, at = 0) => {
    const step = plan.steps[at];
    return step !== undefined && "config" in step ? step.config : undefined;
  };

  test("a standby waits for the machine that is made before it", () => {
    const plan = planDeploy(anInput({}, { ha: true }));
    expect(configOf(plan, 1)).toMatchObject({ standbys: ["app-1"], env: { FLY_STANDBY_FOR: "app-1" } });
  });
  test("a standby stays one, and ends to be one when its group gets services", () => {
    const standby = aMachine("s", {
      state: "stopped",
      config: aConfig({ standbys: ["a"], env: { FLY_STANDBY_FOR: "a" } }),
    });
    const stays = planDeploy(anInput({ machines: [standby] }));
    expect(configOf(stays)).toMatchObject({ standbys: ["a"], env: { FLY_STANDBY_FOR: "a" } });
    const serves = planDeploy(anInput({ machines: [standby], groups: [aWish({}, { services: [SERVICE] })] }));
    expect(configOf(serves)).not.toHaveProperty("standbys");
    expect(configOf(serves)?.env).toBeUndefined();
  });
  test("a machine keeps its size unless the file says one", () => {
    const big = aMachine("a", { config: aConfig({ guest: { cpu_kind: "shared", cpus: 4, memory_mb: 1024 } }) });
    expect(configOf(planDeploy(anInput({ machines: [big] })))?.guest?.cpus).toBe(4);
    expect(configOf(planDeploy(anInput({ machines: [big], groups: [aWish({ sizeGiven: true })] })))?.guest?.cpus).toBe(
      1,
    );
  });
  test("a volume of which no name is known stays where it is", () => {
    const plan = planDeploy(
      anInput({
        machines: [aMachine("a", { config: mounted("vol_x", undefined, "/old") })],
        groups: [aWish({ mounts: [DATA] })],
      }),
    );
    expect(configOf(plan)?.["mounts"]).toEqual([{ volume: "vol_x", path: "/old" }]);
  });
  test.each([
    [{ initialSizeGb: 5 }, 7, 5],
    [{}, 7, 7],
    [{}, undefined, 1],
  ])("a new volume has the size of the file %o, else of the flag %s", (mount, flag, size) => {
    const plan = planDeploy(
      anInput({ groups: [aWish({ mounts: [{ ...DATA, ...mount }] })] }, { volumeInitialSizeGb: flag }),
    );
    expect(plan.steps[0]).toMatchObject({ op: "create-volume", name: "data", region: "iad", sizeGb: size });
    expect(configOf(plan, 1)?.["mounts"]).toEqual([{ volume: "volume-1", path: "/data", name: "data" }]);
  });
  test("a new volume is backed up as the file says", () => {
    const mount = { ...DATA, snapshotRetentionDays: 9, scheduledSnapshots: false };
    const plan = planDeploy(anInput({ groups: [aWish({ mounts: [mount] })] }));
    expect(plan.steps[0]).toMatchObject({ snapshotRetentionDays: 9, scheduledSnapshots: false });
  });
  test("a release command is run before changes, and not where nothing changes", () => {
    const releaseCommand = { command: "migrate", region: "iad", config: aConfig(), timeoutMs: 1_000 };
    const changes = planDeploy(anInput({ machines: [aMachine("a")], releaseCommand }));
    expect(changes.releaseCommand).toEqual(releaseCommand);
    const same = [aMachine("a", { config: aConfig({ image: "v2" }) })];
    expect(planDeploy(anInput({ machines: same, releaseCommand }))).not.toHaveProperty("releaseCommand");
  });
  test("a new volume of a machine with a GPU has 100 GB", () => {
    const plan = planDeploy(anInput({ groups: [aWish({ mounts: [DATA] }, { guest: { gpu_kind: "a10" } })] }));
    expect(plan.steps[0]).toMatchObject({ sizeGb: 100 });
  });
});

describe("what is refused", () => {
  const twoImages = [aMachine("a"), aMachine("b", { config: aConfig({ image: "v0" }) })];
  const served = [aWish({}, { services: [CHECKED] })];
  test.each([
    [
      "a volume that is missing for a machine that exists",
      anInput({
        machines: [aMachine("a"), aMachine("b"), aMachine("c", { region: "nrt" })],
        volumes: [aVolume("v", { region: "ams" }), aVolume("w", { reachable: false })],
        groups: [aWish({ mounts: [DATA] })],
      }),
      "VOLUME_NEEDED",
      "the process group 'app' needs unattached volumes named 'data': iad=2 nrt=1",
    ],
    [
      "a volume that is missing for a new group",
      anInput({ machines: [aMachine("a")], groups: [aWish(), aWish({ name: "db", mounts: [DATA] })] }),
      "VOLUME_NEEDED",
      "the process group 'db' needs unattached volumes named 'data': iad=1",
    ],
    [
      "a machine whose volume is on a host that does not answer",
      anInput({
        machines: [aMachine("a", { host_status: "unreachable", config: mounted("vol_1", "data") })],
        volumes: [aVolume("vol_1", { attachedTo: "a", reachable: false })],
        groups: [aWish({ mounts: [DATA] })],
      }),
      "DEPLOY_REFUSED",
      "requires manual intervention",
    ],
    [
      "a machine with a volume that would move to another host",
      anInput({
        machines: [aMachine("a", { config: mounted("vol_1", "data") })],
        volumes: [aVolume("vol_1", { attachedTo: "a" })],
        groups: [aWish({ sizeGiven: true, mounts: [DATA] }, { guest: { host_dedication_id: "h1" } })],
      }),
      "DEPLOY_REFUSED",
      "because it has an attached volume",
    ],
    [
      "a canary beside volumes",
      anInput(
        { machines: [aMachine("a", { config: mounted("vol_1", "data") })], groups: [aWish({ mounts: [DATA] })] },
        { strategy: "canary" },
      ),
      "STRATEGY_IMPOSSIBLE",
      "has volumes",
    ],
    [
      "blue-green beside volumes",
      anInput(
        { machines: [aMachine("a", { config: mounted("vol_1", "data") })], groups: [aWish({ mounts: [DATA] })] },
        { strategy: "bluegreen" },
      ),
      "STRATEGY_IMPOSSIBLE",
      "has volumes",
    ],
    [
      "blue-green without a check",
      anInput({ machines: [aMachine("a")], groups: [aWish({}, { services: [SERVICE] })] }, { strategy: "bluegreen" }),
      "STRATEGY_IMPOSSIBLE",
      "at least 1 check",
    ],
    [
      "blue-green from several images",
      anInput({ machines: twoImages, groups: served }, { strategy: "bluegreen" }),
      "STRATEGY_IMPOSSIBLE",
      "found multiple image versions",
    ],
  ])("%s", (_, input, code, message) => {
    expect(() => planDeploy(input)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    );
  });

  test("blue-green does not count what a former one was to destroy", () => {
    const tagged = aConfig({ image: "v0", metadata: { fly_bluegreen_deployment_tag: "safe_to_destroy" } });
    const input = anInput(
      { machines: [aMachine("a"), aMachine("b", { config: tagged })], groups: served },
      { strategy: "bluegreen" },
    );
    expect(ops(planDeploy(input))).toEqual(["update a", "update b"]);
  });
  test("a first deploy needs neither checks nor free volumes, whatever its strategy", () => {
    expect(ops(planDeploy(anInput({}, { strategy: "bluegreen" })))).toEqual(["create "]);
  });
});
