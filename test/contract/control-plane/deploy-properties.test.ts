// Whatever a deploy is, and whatever happens to it, the app ends as it was or as it was to be: never between. The control
// plane is the real one, on an engine in memory; failures are put between it and the deploy.
import { randomUUID } from "node:crypto";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Machine, MachineConfig } from "../../../src/contract/machine.ts";
import { AppError } from "../../../src/errors/app-error.ts";
import type { Program } from "../../../src/emulator/runtime/memory/programs.ts";
import { createPlanetFleet } from "../../../src/operations/deploy/execute/planet-fleet.ts";
import { executePlan } from "../../../src/operations/deploy/execute/execute-plan.ts";
import type { Fleet, TargetFleet } from "../../../src/operations/deploy/execute/fleet.ts";
import { recover } from "../../../src/operations/deploy/execute/recover.ts";
import { createSteadyFleet } from "../../../src/operations/deploy/execute/steady-fleet.ts";
import { groupOf, isGone } from "../../../src/operations/deploy/plan/managed.ts";
import { planDeploy } from "../../../src/operations/deploy/plan/plan-deploy.ts";
import type { DeployPlan, GroupWish, Strategy } from "../../../src/operations/deploy/plan/plan-types.ts";
import { systemClock, waitUntil } from "../../../src/platform/clock.ts";
import { silentProgress } from "../../support/silent-progress.ts";
import { type MemoryPlanet, startMemoryPlanet } from "../../support/memory-planet.ts";

const images: Record<string, Program> = {
  v1: { kind: "runs" },
  v2: { kind: "runs" },
  crash: { kind: "exits", code: 3 },
  broken: { kind: "unstartable", error: "no such program" },
};
const REGIONS = ["ams", "iad", "nrt"];
const GROUPS = ["app", "worker"];
const TTL_S = 1;

let planet: MemoryPlanet;
beforeAll(async () => {
  planet = await startMemoryPlanet({ images });
});
afterAll(() => planet.stop());

type Trouble =
  | { readonly kind: "none" }
  /** One request fails, before or after it had its effect. */
  | { readonly kind: "fault"; readonly at: number; readonly carriedOut: boolean }
  | { readonly kind: "interrupt"; readonly at: number }
  /** The program is killed: no request after this one is sent. */
  | { readonly kind: "kill"; readonly at: number; readonly carriedOut: boolean };

interface Scene {
  readonly before: readonly { readonly group: string; readonly region: string }[];
  readonly after: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly image: string;
  readonly strategy: Strategy;
  readonly trouble: Trouble;
}

const place = fc.record({ group: fc.constantFrom(...GROUPS), region: fc.constantFrom(...REGIONS) });
const at = fc.integer({ min: 0, max: 40 });
const scene: fc.Arbitrary<Scene> = fc.record({
  before: fc.array(place, { minLength: 1, maxLength: 4 }),
  after: fc.dictionary(
    fc.constantFrom(...GROUPS),
    fc.dictionary(fc.constantFrom(...REGIONS), fc.integer({ min: 1, max: 2 }), { minKeys: 1, maxKeys: 2 }),
    { minKeys: 1 },
  ),
  image: fc.constantFrom("v2", "v2", "v2", "crash", "broken"),
  strategy: fc.constantFrom<Strategy>("rolling", "canary", "bluegreen", "immediate"),
  trouble: fc.oneof(
    fc.constant({ kind: "none" as const }),
    fc.record({ kind: fc.constant("fault" as const), at, carriedOut: fc.boolean() }),
    fc.record({ kind: fc.constant("interrupt" as const), at }),
    fc.record({ kind: fc.constant("kill" as const), at, carriedOut: fc.boolean() }),
  ),
});

function configOf(group: string, image: string): MachineConfig {
  return {
    image,
    metadata: { fly_platform_version: "v2", fly_process_group: group },
    services:
      group === "app"
        ? [
            {
              protocol: "tcp",
              internal_port: 8080,
              ports: [{ port: 80, handlers: ["http"] }],
              checks: [{ type: "tcp" }],
            },
          ]
        : [],
  };
}

/** What matters of a machine, as a line. */
const lineOf = (machine: Machine): string =>
  `${groupOf(machine)} ${machine.region} ${machine.config.image}${machine.cordoned === true ? " cordoned" : ""}`;
const linesOf = (machines: readonly Machine[]): string[] =>
  machines
    .filter((machine) => !isGone(machine))
    .map(lineOf)
    .toSorted();

function linesAfter(plan: DeployPlan, machines: readonly Machine[]): string[] {
  return plan.steps
    .flatMap((step) => {
      if (step.op === "keep") return machines.filter(({ id }) => id === step.machine).map(lineOf);
      return "config" in step ? [`${step.group} ${step.region} ${step.config.image}`] : [];
    })
    .toSorted();
}

const lost = (): AppError => new AppError("INTERNAL", "the answer was lost");

/** Counts the requests of a deploy, and does to one of them what the trouble says. */
function troubled(fleet: TargetFleet, trouble: Trouble, interrupt: () => void): TargetFleet {
  let count = 0;
  const dead = new Error("killed");
  const through = async <T>(work: () => Promise<T>): Promise<T> => {
    const number = count;
    count += 1;
    if (trouble.kind === "none") return work();
    if (trouble.kind === "kill" && number > trouble.at) throw dead;
    if (number !== trouble.at) return work();
    if (trouble.kind === "interrupt") {
      interrupt();
      return work();
    }
    if (!trouble.carriedOut) throw trouble.kind === "kill" ? dead : lost();
    await work();
    throw trouble.kind === "kill" ? dead : lost();
  };
  return {
    ...fleet,
    machines: () => (trouble.kind === "kill" ? through(() => fleet.machines()) : fleet.machines()),
    create: (body, key) => through(() => fleet.create(body, key)),
    update: (id, body, nonce) => through(() => fleet.update(id, body, nonce)),
    start: (id, nonce) => through(() => fleet.start(id, nonce)),
    destroy: (id, nonce) => through(() => fleet.destroy(id, nonce)),
    cordon: (id, cordoned, nonce) => through(() => fleet.cordon(id, cordoned, nonce)),
    change: (id, body) => through(() => fleet.change(id, body)),
  };
}

/** The machines, once none of them is on its way to another state. */
const settled = (fleet: Fleet): Promise<Machine[]> =>
  waitUntil(
    async () => {
      const machines = await fleet.machines();
      return machines.every(({ state }) => ["started", "stopped", "failed"].includes(state)) ? machines : undefined;
    },
    { what: "the machines to come to rest", deadlineMs: 30_000, intervalMs: 5 },
  );

async function play({ before, after, image: drawn, strategy, trouble }: Scene): Promise<void> {
  // immediate looks at nothing: a version that does not run is for the user to see.
  const image = strategy === "immediate" ? "v2" : drawn;
  const app = `shop-${randomUUID().slice(0, 8)}`;
  const { client } = planet;
  await client.createApp(app);
  const target = createPlanetFleet(client.connection, app);
  const fleet = createSteadyFleet(target, { clock: systemClock, newKey: randomUUID });
  await Promise.all(before.map(({ group, region }) => fleet.create({ region, config: configOf(group, "v1") })));
  const machines = await settled(fleet);
  const groups = Object.entries(after).map(([name, counts]): GroupWish => ({
    name,
    config: configOf(name, image),
    sizeGiven: false,
    mounts: [],
    counts,
  }));
  const options = {
    ...{ primaryRegion: "iad", regions: [], regionsDeclared: false, maxUnavailable: 0.5, ha: false, updateOnly: false },
    ...{ force: false, excludeRegions: [], onlyMachines: [], excludeMachines: [], processGroups: [] },
  };
  const planned = { app, image, machines, volumes: [], groups, release: 0, waitTimeoutMs: 20_000 };
  // A strategy that the app cannot have is refused by the planner: such a scene is played rolling.
  const possible = strategy === "bluegreen" && !groups.some(({ name }) => name === "app") ? "rolling" : strategy;
  const plan = planDeploy({ ...planned, options: { ...options, strategy: possible } });
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort(new AppError("CANCELLED", "Interrupted"));
  const steady = createSteadyFleet(troubled(target, trouble, stop), { clock: systemClock, newKey: randomUUID });
  const deps = { clock: systemClock, progress: silentProgress };
  let failure: unknown;
  try {
    await executePlan(
      {
        plan,
        provenance: { reason: "deploy", user: "test", program: "0" },
        ...{ onFailure: "roll-back", smokeChecks: false, detach: false, leaseTtlS: TTL_S },
      },
      { ...deps, fleet: steady, signal: interrupt.signal },
    );
  } catch (error) {
    failure = error;
  }
  const input = { ttlS: TTL_S, waitTimeoutMs: 20_000, maxUnavailable: 0.5 };
  await recover(input, { ...deps, fleet, signal: new AbortController().signal });
  const [newest] = await fleet.releases(1);
  expect(newest?.status).not.toBe("running");
  const ended = linesOf(await settled(fleet));
  const succeeded = newest === undefined ? failure === undefined : newest.status === "complete";
  const wanted = succeeded ? linesAfter(plan, machines) : linesOf(machines);
  expect(ended).toEqual(wanted);
  if (failure === undefined) expect(ended).toEqual(linesAfter(plan, machines));
  const bad =
    possible !== "immediate" && image !== "v2" && plan.steps.some((step) => "config" in step && !step.skipLaunch);
  if (bad) expect(ended).toEqual(linesOf(machines));
  await client.destroyApp(app, true);
}

test("every deploy ends in the old or in the new state", { timeout: 120_000 }, async () => {
  await fc.assert(fc.asyncProperty(scene, play), { numRuns: 60, interruptAfterTimeLimit: 60_000 });
});
