import { expect, test } from "vitest";
import { createLoadTracker } from "../../../../src/emulator/edge/load.ts";

test("load is counted per service and per machine, and each request leaves once", () => {
  const load = createLoadTracker();
  const [first, second] = [load.enter("m1", "m1:80"), load.enter("m1", "m1:81")];
  expect([load.of("m1:80"), load.of("m1:81"), load.ofMachine("m1"), load.ofMachine("m2")]).toEqual([1, 1, 2, 0]);
  first();
  first();
  expect([load.of("m1:80"), load.ofMachine("m1")]).toEqual([0, 1]);
  second();
  expect(load.ofMachine("m1")).toBe(0);
});

test("who waits for a machine to be idle hears of it once, unless it stopped waiting", () => {
  const load = createLoadTracker();
  const heard: string[] = [];
  load.whenIdle("m1", () => heard.push("at once"));
  const leave = load.enter("m1", "m1:80");
  load.whenIdle("m1", () => heard.push("later"));
  load.whenIdle("m1", () => heard.push("never"))();
  leave();
  load.enter("m1", "m1:80")();
  expect(heard).toEqual(["at once", "later"]);
});
