// Deploys of apps that keep data: which machine has which volume, and that none is lost or let go of without a question.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import { changeApp } from "../../../src/operations/deploy/change-app.ts";
import type { DeployInput, DeployResult } from "../../../src/operations/deploy/deploy.ts";
import { parseCount, planCount } from "../../../src/operations/scale/plan-count.ts";
import { memoryDeploys } from "../../support/memory-deploy.ts";
import { type MemoryPlanet, startMemoryPlanet } from "../../support/memory-planet.ts";

const images: Record<string, Program> = {
  v1: { kind: "runs" },
  v2: { kind: "runs" },
  crash: { kind: "exits", code: 3 },
};
const NO_MOUNTS = `app = "shop"
primary_region = "iad"
[http_service]
  internal_port = 8080
`;
const mounted = (name: string, more = ""): string =>
  `${NO_MOUNTS}[[mounts]]\n  source = "${name}"\n  destination = "/data"\n${more}`;

let planet: MemoryPlanet;
beforeEach(async () => {
  planet = await startMemoryPlanet({ images });
  planet.portChecks.set("crash", { status: "critical", output: "connect ECONNREFUSED" });
});
afterEach(() => planet.stop());

const deploys = memoryDeploys(() => planet);
const { changeDeps, running } = deploys;
const run = (image: string, input: Partial<DeployInput> = {}, toml = mounted("data")): Promise<DeployResult> =>
  deploys.run(image, toml, input);
const scale = (count: string): Promise<unknown> =>
  changeApp(
    (seen) => planCount("shop", seen, [parseCount(count)], { regions: ["iad"] }),
    { agreed: true, dryRun: false, reason: "scale" },
    changeDeps(),
  );
const volumes = () => planet.client.connection.api.volumes.list("shop");
/** Volumes by ID, with the machine that each belongs to. */
const attached = async (): Promise<Record<string, string>> =>
  Object.fromEntries((await volumes()).map(({ id, attached_machine_id: machine }) => [id, machine ?? "free"]));
const only = async (): Promise<{ machine: string; volume: string }> => {
  const [volume] = await volumes();
  return { machine: volume?.attached_machine_id ?? "", volume: volume?.id ?? "" };
};

describe("a group with a mount", () => {
  test("gets a volume at its first deploy, as the file says, and keeps it through updates", async () => {
    const toml = mounted(
      "data",
      '  initial_size = "3gb"\n  snapshot_retention = 9\n  auto_extend_size_threshold = 80\n',
    );
    await run("v1", {}, toml);
    const [volume, ...others] = await volumes();
    expect(others).toEqual([]);
    expect(volume).toMatchObject({ name: "data", region: "iad", size_gb: 3, snapshot_retention: 9, encrypted: true });
    const before = await only();
    const [machine] = await planet.client.machines("shop");
    expect(machine?.id).toBe(before.machine);
    expect(machine?.config["mounts"]).toMatchObject([
      { volume: before.volume, path: "/data", name: "data", extend_threshold_percent: 80 },
    ]);
    await run("v2", {}, toml);
    expect(await only()).toEqual(before);
    expect(await running()).toEqual(["iad started v2"]);
  });

  test("has its volume still when the new version does not run", async () => {
    await run("v1");
    const before = await only();
    await expect(run("crash")).rejects.toMatchObject({ code: "MACHINE_EXITED", details: { rolledBack: true } });
    expect(await only()).toEqual(before);
    expect(await running()).toEqual(["iad started v1"]);
  });

  test("leaves no volume behind when its first deploy fails", async () => {
    await expect(run("crash")).rejects.toMatchObject({ code: "MACHINE_EXITED" });
    expect(await planet.runtime.listVolumes({ "dev.hangar.app": "shop" })).toEqual([]);
  });

  test("is scaled up with a volume for each machine; scaled down, the volume stays and is taken again", async () => {
    await run("v1");
    await scale("2");
    const two = await attached();
    expect(Object.keys(two)).toHaveLength(2);
    expect(new Set(Object.values(two)).size).toBe(2);
    await scale("1");
    const one = await attached();
    expect(Object.keys(one)).toEqual(Object.keys(two));
    expect(Object.values(one).filter((machine) => machine === "free")).toHaveLength(1);
    await scale("2");
    const again = await attached();
    expect(Object.keys(again)).toEqual(Object.keys(two));
    expect(Object.values(again)).not.toContain("free");
    // The machine that stayed still has its own.
    expect(Object.entries(again)).toEqual(
      expect.arrayContaining(Object.entries(one).filter(([, id]) => id !== "free")),
    );
  });
});

describe("a volume that the file no longer names", () => {
  test("is let go of only when somebody agrees, and is kept", async () => {
    await run("v1");
    const before = await only();
    const asked = await run("v2", {}, NO_MOUNTS);
    expect(asked.questions?.map(({ kind }) => kind)).toEqual(["volume-detached"]);
    expect(await only()).toEqual(before);
    expect(await running()).toEqual(["iad started v1"]);

    await run("v2", { agreed: true }, NO_MOUNTS);
    expect(await attached()).toEqual({ [before.volume]: "free" });
    expect(await running()).toEqual(["iad started v2"]);
    expect((await planet.client.machines("shop")).map(({ id }) => id)).not.toContain(before.machine);
  });

  test("comes back to the machine when a deploy without it fails", async () => {
    await run("v1");
    const { volume } = await only();
    await expect(run("crash", { agreed: true }, NO_MOUNTS)).rejects.toMatchObject({ code: "MACHINE_EXITED" });
    const [machine] = await planet.client.machines("shop");
    expect(await attached()).toEqual({ [volume]: machine?.id });
    expect(machine?.config["mounts"]).toMatchObject([{ volume, path: "/data" }]);
    expect(await running()).toEqual(["iad started v1"]);
  });

  test("under another name needs a volume of that name, and is asked for then", async () => {
    await run("v1");
    const before = await only();
    await expect(run("v2", { agreed: true }, mounted("other"))).rejects.toMatchObject({
      code: "VOLUME_NEEDED",
      suggestions: ["hangar volumes create other --region iad"],
    });
    const other = await planet.client.connection.api.volumes.create("shop", { name: "other", region: "iad" });
    const asked = await run("v2", {}, mounted("other"));
    expect(asked.questions?.map(({ kind }) => kind)).toEqual(["volume-detached"]);
    await run("v2", { agreed: true }, mounted("other"));
    const now = await attached();
    expect(now[before.volume]).toBe("free");
    expect(now[other.id]).toBe((await planet.client.machines("shop"))[0]?.id);
  });
});
