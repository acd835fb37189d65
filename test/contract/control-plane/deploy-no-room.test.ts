// Hosts that cannot take a new version where the machine is: what the platform's own command line does then, and what not.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import { AppError } from "../../../src/errors/app-error.ts";
import { type Changed, changeApp } from "../../../src/operations/deploy/change-app.ts";
import { planSize } from "../../../src/operations/scale/plan-size.ts";
import { memoryDeploys } from "../../support/memory-deploy.ts";
import { type MemoryPlanet, startMemoryPlanet } from "../../support/memory-planet.ts";

const images: Record<string, Program> = { v1: { kind: "runs" } };
const TOML = `app = "shop"\nprimary_region = "iad"\n[http_service]\n  internal_port = 8080\n`;
const MOUNT = `[[mounts]]\n  source = "data"\n  destination = "/data"\n`;

let planet: MemoryPlanet;
beforeEach(async () => {
  planet = await startMemoryPlanet({ images });
});
afterEach(() => planet.stop());

const deploys = memoryDeploys(() => planet);
const { ids, running } = deploys;

/** Gives the machines more memory, on hosts that answer every update with that. */
function grow(message: string): Promise<Changed> {
  const deps = deploys.changeDeps();
  const update = () => Promise.reject(new AppError("CONFLICT", message));
  return changeApp(
    (seen) => planSize("shop", seen, { memoryMb: 512, groups: [] }),
    { agreed: true, dryRun: false, reason: "scale memory 512" },
    { ...deps, fleet: { ...deps.fleet, update } },
  );
}

describe("an update that its host has no room for", () => {
  test.each([
    "could not reserve resource for machine: insufficient memory available to fulfill request",
    "deploys to this host are temporarily disabled",
  ])("makes the machine anew elsewhere: %s", async (message) => {
    await deploys.run("v1", TOML, { regions: ["iad", "ams"] });
    const before = await ids();
    const { machines } = await grow(message);
    expect(machines.map(({ action }) => action)).toEqual(["replaced", "replaced"]);
    expect(machines.map(({ id }) => id).toSorted()).toEqual(await ids());
    expect((await ids()).filter((id) => before.includes(id))).toEqual([]);
    expect(await running()).toEqual(["ams started v1", "iad started v1"]);
    expect((await planet.client.machines("shop")).map(({ config }) => config.guest?.memory_mb)).toEqual([512, 512]);
  });

  test("fails where the machine has a volume, which is on that host, and the machine serves as before", async () => {
    await deploys.run("v1", TOML + MOUNT);
    const before = await ids();
    await expect(grow("could not reserve resource for machine")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await ids()).toEqual(before);
    expect(await running()).toEqual(["iad started v1"]);
  });

  test("fails where the reason is another one", async () => {
    await deploys.run("v1", TOML);
    const before = await ids();
    await expect(grow("the image is too large")).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await ids()).toEqual(before);
    expect(await running()).toEqual(["iad started v1"]);
  });
});
