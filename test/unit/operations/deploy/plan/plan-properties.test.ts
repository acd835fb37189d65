// What holds for every plan, whatever the world and the wishes.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Machine } from "../../../../../src/contract/machine.ts";
import { groupOf, isManaged } from "../../../../../src/operations/deploy/plan/managed.ts";
import { planDeploy } from "../../../../../src/operations/deploy/plan/plan-deploy.ts";
import type { GroupWish, PlanInput } from "../../../../../src/operations/deploy/plan/plan-types.ts";
import { coldPool, greenPool, warmPool } from "../../../../../src/operations/deploy/plan/pool.ts";
import { worldChanges, worldOf } from "../../../../../src/operations/deploy/plan/world.ts";
import { aConfig, aMachine, anInput, aWish } from "./a-world.ts";

const GROUPS = ["app", "cron", "web"];
const REGIONS = ["ams", "iad", "nrt"];

const machine = fc
  .record({
    group: fc.constantFrom(...GROUPS, "old"),
    region: fc.constantFrom(...REGIONS),
    state: fc.constantFrom("started", "stopped", "created", "failed", "destroyed", "replacing"),
    image: fc.constantFrom("v1", "v2"),
    managed: fc.boolean(),
  })
  .map(
    ({ group, region, state, image, managed }) =>
      (id: string): Machine =>
        aMachine(id, {
          region,
          state: state as Machine["state"],
          config: managed ? aConfig({ image }, group) : { image },
        }),
  );
const wish = (name: string): fc.Arbitrary<GroupWish> =>
  fc
    .option(fc.dictionary(fc.constantFrom(...REGIONS), fc.integer({ min: 0, max: 3 })), { nil: undefined })
    .map((counts) => aWish({ name, ...(counts === undefined ? {} : { counts }) }));
const input: fc.Arbitrary<PlanInput> = fc
  .record({
    machines: fc.array(machine, { maxLength: 8 }),
    groups: fc.subarray(GROUPS, { minLength: 1 }).chain((names) => fc.tuple(...names.map(wish))),
    regions: fc.subarray(REGIONS),
    ha: fc.boolean(),
    force: fc.boolean(),
  })
  .map(({ machines, groups, regions, ha, force }) =>
    anInput({ machines: machines.map((make, index) => make(`m${index}`)), groups }, { regions, ha, force }),
  );

test("each machine that is looked after has exactly one step, and no other machine has any", () => {
  fc.assert(
    fc.property(input, (given) => {
      const touched = planDeploy(given).steps.flatMap((step) => ("machine" in step ? [step.machine] : []));
      const managed = given.machines.filter(isManaged).map(({ id }) => id);
      expect(touched.toSorted()).toEqual(managed.toSorted());
    }),
  );
});

test("afterwards each wanted region has its machines, and nothing is planned twice", () => {
  fc.assert(
    fc.property(input, (given) => {
      const plan = planDeploy(given);
      const left = plan.steps.flatMap((step, index) =>
        step.op === "destroy" || step.op === "create-volume"
          ? []
          : [
              "config" in step
                ? aMachine(`n${index}`, { region: step.region, state: "started", config: step.config })
                : (given.machines.find(({ id }) => id === step.machine) as Machine),
            ],
      );
      for (const { name, counts } of given.groups) {
        const regions = left.filter((one) => groupOf(one) === name && isManaged(one)).map(({ region }) => region);
        for (const region of given.options.regions) expect(regions).toContain(region);
        if (given.options.regions.length > 0 || counts === undefined) continue;
        for (const [region, count] of Object.entries(counts))
          expect(regions.filter((one) => one === region)).toHaveLength(count);
      }
      const again = planDeploy({ ...given, machines: left, options: { ...given.options, force: false, ha: false } });
      expect(again.steps.map(({ op }) => op).filter((op) => op === "create" || op === "destroy")).toEqual([]);
    }),
  );
});

test("what takes something away from a group is always asked for", () => {
  fc.assert(
    fc.property(input, (given) => {
      const plan = planDeploy(given);
      expect(plan.questions.length > 0 || !plan.steps.some(({ op }) => op === "destroy")).toBe(true);
    }),
  );
});

test("a plan goes through JSON unchanged, and planning is a function", () => {
  fc.assert(
    fc.property(input, (given) => {
      const plan = planDeploy(given);
      expect(JSON.parse(JSON.stringify(plan))).toEqual(JSON.parse(JSON.stringify(planDeploy(given))));
      expect(worldChanges(plan.world, worldOf(given.machines, [], 0))).toEqual([]);
    }),
  );
});

test("pools have room for one machine and never for more than there are", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.double({ min: 0.01, max: 0.99, noNaN: true }), (count, share) => {
      for (const size of [warmPool(count, share), coldPool(count), greenPool(count)]) {
        expect(size).toBeGreaterThanOrEqual(1);
        expect(size).toBeLessThanOrEqual(count);
      }
    }),
  );
});

test.each([
  [3, 0.33, 1],
  [10, 0.33, 4],
  [10, 3, 3],
  [1, 0.33, 1],
])("of %i running machines and max_unavailable %d, %i may be away", (count, share, size) => {
  expect(warmPool(count, share)).toBe(size);
});

test("a stale plan says what has changed", () => {
  const before = worldOf([aMachine("a"), aMachine("b")], [], 3);
  const now = worldOf([aMachine("a", { instance_id: "other" }), aMachine("c")], [], 4);
  expect(worldChanges(before, now)).toEqual([
    "release v4 is the newest, not v3",
    "machine a has changed",
    "machine b is gone",
    "machine c is new",
  ]);
});
