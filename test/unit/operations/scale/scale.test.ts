// How many machines, where, and how large: as plans.
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Machine } from "../../../../src/contract/machine.ts";
import type { Seen } from "../../../../src/operations/deploy/change-app.ts";
import { type CountOptions, parseCount, planCount, spread } from "../../../../src/operations/scale/plan-count.ts";
import { planSize } from "../../../../src/operations/scale/plan-size.ts";
import { showScale } from "../../../../src/operations/scale/show-scale.ts";
import { aConfig, aMachine } from "../deploy/plan/a-world.ts";

const seenOf = (...machines: Machine[]): Seen => ({ machines, volumes: [], newest: undefined });
const plan = (seen: Seen, words: string[], options: Partial<CountOptions> = {}) =>
  planCount("shop", seen, words.map(parseCount), { regions: [], ...options });
const lines = ({ steps }: ReturnType<typeof plan>): string[] =>
  steps.map((step) => `${step.op} ${"machine" in step ? step.machine : step.key} ${step.region}`);

describe("scale count", () => {
  const two = seenOf(aMachine("a"), aMachine("b", { region: "ams" }));
  test.each<[string, Seen, string[], Partial<CountOptions>, string[]]>([
    [
      "more are spread over the regions in use",
      two,
      ["4"],
      {},
      ["create app-1 ams", "create app-2 iad", "keep a iad", "keep b ams"],
    ],
    [
      "more in regions that are named",
      two,
      ["1"],
      { regions: ["nrt"] },
      ["create app-1 nrt", "keep a iad", "keep b ams"],
    ],
    ["one more", two, ["+1"], {}, ["create app-1 ams", "keep a iad", "keep b ams"]],
    ["one less goes from the last region", two, ["-1"], {}, ["destroy a iad", "keep b ams"]],
    ["the same changes nothing", two, ["app=2"], {}, ["keep a iad", "keep b ams"]],
    ["none at all", two, ["0"], {}, ["destroy b ams", "destroy a iad"]],
  ])("%s", (_, seen, words, options, steps) => {
    expect(lines(plan(seen, words, options))).toEqual(steps);
  });
  test("what is destroyed is asked for, what is made is not", () => {
    expect(plan(two, ["1"]).questions).toEqual([{ kind: "count-changed", text: "destroy machine a in iad" }]);
    expect(plan(two, ["3"]).questions).toEqual([]);
  });
  test("a copy is no standby and has what the first machine has", () => {
    const first = aMachine("a", { config: aConfig({ standbys: ["x"], env: { A: "1", FLY_STANDBY_FOR: "x" } }) });
    const [step] = plan(seenOf(first), ["2"]).steps;
    expect(step).toMatchObject({ op: "create", config: { image: "v1", env: { A: "1" } } });
    expect(step).not.toHaveProperty("config.standbys");
  });
  test.each([
    ["unknown groups", ["web=3"], {}, "unknown process groups [web] but valid names are [app]"],
    ["fewer than none", ["-3"], {}, "invalid relative scale count: -3 of 2 machines"],
    ["more than the regions may have", ["9"], { maxPerRegion: 2 }, "fewer than the expected total"],
  ])("%s are refused", (_, words, options, message) => {
    expect(() => plan(two, words, options)).toThrow(
      expect.objectContaining({ code: "USAGE", message: expect.stringContaining(message) }),
    );
  });
  test.each(["three", "web=", "=3", "1.5"])("%j is no count", (word) => {
    expect(() => parseCount(word)).toThrow("is not a valid process=count option");
  });
  test("machines are spread evenly, and those that are there stay where they can", () => {
    const regions = fc.uniqueArray(fc.constantFrom("ams", "fra", "iad", "nrt"), { minLength: 1 });
    fc.assert(
      fc.property(
        regions,
        fc.nat({ max: 20 }),
        fc.array(fc.nat({ max: 5 }), { minLength: 4, maxLength: 4 }),
        (codes, total, have) => {
          const present = new Map(codes.map((code, index) => [code, have[index] ?? 0]));
          const counts = [...spread(present, codes, total).values()];
          expect(counts.reduce((a, b) => a + b, 0)).toBe(total);
          const grown = total >= [...present.values()].reduce((a, b) => a + b, 0);
          const changed = codes.filter((code, index) => counts[index] !== present.get(code));
          for (const code of changed)
            expect((spread(present, codes, total).get(code) ?? 0) > (present.get(code) ?? 0)).toBe(grown);
        },
      ),
    );
  });
});

describe("scale vm and memory", () => {
  test("all machines of the groups get the size, stopped ones without a start", () => {
    const seen = seenOf(aMachine("a"), aMachine("b", { state: "stopped" }), aMachine("w", {}, "worker"));
    const { steps } = planSize("shop", seen, { size: "shared-cpu-2x", groups: ["app"] });
    expect(
      steps.map((step) => [step.op, "machine" in step ? step.machine : "", "skipLaunch" in step && step.skipLaunch]),
    ).toEqual([
      ["update", "a", false],
      ["update", "b", true],
      ["keep", "w", false],
    ]);
    expect(steps[0]).toMatchObject({ config: { guest: { cpu_kind: "shared", cpus: 2, memory_mb: 512 } } });
  });
  test("memory alone leaves the CPUs", () => {
    const { steps } = planSize("shop", seenOf(aMachine("a")), { memoryMb: 1024, groups: [] });
    expect(steps[0]).toMatchObject({ config: { guest: { cpus: 1, memory_mb: 1024 } } });
  });
  test("a size that they have already changes nothing", () => {
    const { steps } = planSize("shop", seenOf(aMachine("a")), { size: "shared-cpu-1x", groups: [] });
    expect(steps.map(({ op }) => op)).toEqual(["keep"]);
  });
  test("a size that does not exist is refused", () => {
    expect(() => planSize("shop", seenOf(aMachine("a")), { size: "huge", groups: [] })).toThrow(
      /sizes are shared-cpu-1x/,
    );
  });
});

test("scale show counts by group and region", () => {
  expect(
    showScale([aMachine("a"), aMachine("b"), aMachine("c", { region: "ams" }), aMachine("w", {}, "worker")]),
  ).toEqual([
    { group: "app", count: 3, cpuKind: "shared", cpus: 1, memoryMb: 256, regions: { iad: 2, ams: 1 } },
    { group: "worker", count: 1, cpuKind: "shared", cpus: 1, memoryMb: 256, regions: { iad: 1 } },
  ]);
});
