import { expect, test } from "vitest";
import type { MachineRecord } from "../../../../src/emulator/model/records.ts";
import { hasReached } from "../../../../src/emulator/machines/wait-for.ts";

const machine = (change: Partial<MachineRecord>): MachineRecord =>
  ({ state: "started", instanceId: "v1", restartRequested: false, ...change }) as MachineRecord;

test("a machine that is about to be restarted has not started, and is not settled", () => {
  for (const state of ["started", "settled"] as const) {
    expect(hasReached(machine({}), { states: [state] })).toBe(true);
    expect(hasReached(machine({ restartRequested: true }), { states: [state] })).toBe(false);
  }
});
test("one that failed before its restart has failed", () => {
  expect(hasReached(machine({ state: "failed", restartRequested: true }), { states: ["settled"] })).toBe(true);
});
test("another version, or nothing new, does not count", () => {
  expect(hasReached(machine({}), { states: ["started"], version: "v2" })).toBe(false);
  expect(hasReached(machine({}), { states: ["started"], fromEventId: "b" }, "b")).toBe(false);
  expect(hasReached(machine({}), { states: ["started"], fromEventId: "b" }, "c")).toBe(true);
});
