import { describe, expect, test } from "vitest";
import { isDue, lastDueMs } from "../../../../src/emulator/machines/schedule.ts";
import type { MachineEvent, MachineRecord } from "../../../../src/emulator/model/records.ts";

const CREATED = "2026-01-31T10:30:00.000Z";
const at = (iso: string): number => Date.parse(iso);
const machine = (schedule: "hourly" | "daily" | "weekly" | "monthly", change: Partial<MachineRecord> = {}) =>
  ({
    config: { image: "job", schedule },
    createdAt: CREATED,
    desired: "stopped",
    state: "stopped",
    ...change,
  }) as MachineRecord;
const happened = (type: string, iso: string): MachineEvent => ({
  type,
  status: "",
  source: "flyd",
  timestamp: at(iso),
});

describe("when a machine was last due", () => {
  test.each([
    ["hourly", "2026-01-31T11:29:59.999Z", undefined],
    ["hourly", "2026-01-31T13:31:00.000Z", "2026-01-31T13:30:00.000Z"],
    ["daily", "2026-02-02T10:30:00.000Z", "2026-02-02T10:30:00.000Z"],
    ["weekly", "2026-02-08T00:00:00.000Z", "2026-02-07T10:30:00.000Z"],
    ["monthly", "2026-02-28T10:29:59.000Z", undefined],
    ["monthly", "2026-02-28T10:30:00.000Z", "2026-02-28T10:30:00.000Z"],
    ["monthly", "2027-03-31T10:00:00.000Z", "2027-02-28T10:30:00.000Z"],
    ["monthly", "2027-03-31T10:31:00.000Z", "2027-03-31T10:30:00.000Z"],
  ] as const)("%s at %s: %s", (schedule, now, due) => {
    expect(lastDueMs(machine(schedule), at(now))).toBe(due === undefined ? undefined : at(due));
  });
});

describe("whether it is to be started", () => {
  const now = at("2026-01-31T12:31:00.000Z");
  const ran = happened("exit", "2026-01-31T11:31:00.000Z");
  test("once for each time, also when nobody looked for a while", () => {
    expect(isDue(machine("hourly"), [ran], now)).toBe(true);
    expect(isDue(machine("hourly"), [ran], at("2026-02-01T07:00:00.000Z"))).toBe(true);
    expect(isDue(machine("hourly"), [happened("start", "2026-01-31T12:30:10.000Z"), ran], now)).toBe(false);
  });
  test("not while it runs, not when it ran through its time, and not before somebody has started it", () => {
    expect(isDue(machine("hourly", { desired: "started", state: "started" }), [ran], now)).toBe(false);
    expect(isDue(machine("hourly"), [happened("exit", "2026-01-31T12:30:30.000Z")], now)).toBe(false);
    expect(isDue(machine("hourly"), [happened("launch", CREATED)], now)).toBe(false);
    expect(isDue(machine("hourly", { desired: "destroyed", state: "destroying" }), [ran], now)).toBe(false);
  });
});
