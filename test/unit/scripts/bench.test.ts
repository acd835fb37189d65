import { expect, test } from "vitest";
import { compareInterleaved, median } from "../../bench/bench.ts";

test("contenders are measured in turn and set against the baseline", async () => {
  const order: string[] = [];
  const contender = (name: string, results: number[]) => ({
    name,
    measure: async () => {
      order.push(name);
      return results.shift() ?? Number.NaN;
    },
  });
  const rows = await compareInterleaved({
    baseline: contender("base", [99, 10, 30, 20]),
    ours: [contender("ours", [99, 20, 60, 40])],
    runs: 3,
    warmups: 1,
  });
  expect(order.slice(0, 4)).toEqual(["base", "ours", "base", "ours"]);
  expect(rows).toEqual([{ name: "ours", ours: 40, theirs: 20, against: "base", ratio: 2, unit: "ms", runs: 3 }]);
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[5], 5],
  [[], Number.NaN],
])("the median of %j is %d", (values, expected) => {
  expect(median(values)).toBe(expected);
});
