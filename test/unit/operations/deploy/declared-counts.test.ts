import { describe, expect, test } from "vitest";
import type { Machine } from "../../../../src/contract/machine.ts";
import { planGroup } from "../../../../src/operations/deploy/plan.ts";

const config = { image: "i", metadata: { fly_process_group: "app", fly_platform_version: "v2" } };
const machine = (id: string, region: string, createdAt: string): Machine =>
  ({ id, region, config, state: "started", created_at: createdAt }) as unknown as Machine;

describe("declared numbers of machines", () => {
  const machines = [
    machine("b", "iad", "2026-01-02"),
    machine("a", "iad", "2026-01-01"),
    machine("c", "nrt", "2026-01-01"),
  ];

  test("are kept exactly: what is missing is created, what came last beyond them goes", () => {
    const counts = new Map([
      ["iad", 1],
      ["ams", 2],
    ]);
    const plan = planGroup("app", config, machines, ["iad", "ams"], "iad", false, counts);
    expect(plan.create).toEqual(["ams", "ams"]);
    expect(plan.unchanged.map(({ id }) => id)).toEqual(["a"]);
    expect(plan.surplus.map(({ id }) => id)).toEqual(["c", "b"].toSorted().toReversed());
  });

  test("that are not declared leave machines alone", () => {
    const plan = planGroup("app", config, machines, ["iad"], "iad", false);
    expect([plan.create, plan.surplus]).toEqual([[], []]);
    expect(plan.unchanged).toHaveLength(3);
  });
});
