import { describe, expect, test } from "vitest";
import type { CheckReport, WorldCheck } from "../../../../../src/contract/world.ts";
import { FIRST_PASS_INTERVAL_MS, nextRunMs } from "../../../../../src/emulator/edge/checks/cadence.ts";
import { createChecker } from "../../../../../src/emulator/edge/checks/checker.ts";
import { plannedChecks } from "../../../../../src/emulator/edge/checks/planned-checks.ts";
import type { CheckResult } from "../../../../../src/emulator/edge/checks/run-check.ts";
import { indexWorld } from "../../../../../src/emulator/edge/world-index.ts";
import { worldMachine, worldOf } from "../../../../support/edge-rig.ts";

const CHECK: WorldCheck = {
  name: "up",
  type: "tcp",
  port: 8080,
  intervalMs: 10_000,
  timeoutMs: 1_000,
  gracePeriodMs: 0,
  gatesRouting: true,
};
const machineWith = (...checks: WorldCheck[]) =>
  worldMachine({ id: "m1", region: "ams", address4: "127.0.1.2", port: 8080, checks });

describe("nextRunMs", () => {
  test.each([
    [false, 0, 10_000, FIRST_PASS_INTERVAL_MS],
    [false, 10_000, 10_000, 1_000],
    [false, 1_000_000, 10_000, 10_000],
    [false, 0, 5, 5],
    [true, 0, 10_000, 10_000],
  ])("passed before: %s, after %i ms, every %i ms: in %i ms", (everPassed, elapsedMs, intervalMs, expected) => {
    expect(nextRunMs({ everPassed, elapsedMs, intervalMs })).toBe(expected);
  });
});

describe("plannedChecks", () => {
  test("adds one for each TCP service whose port none looks at", () => {
    expect(plannedChecks(machineWith(CHECK))).toEqual([CHECK]);
    expect(
      plannedChecks(machineWith({ ...CHECK, port: 9 })).map(({ name, gatesRouting }) => ({ name, gatesRouting })),
    ).toEqual([
      { name: "up", gatesRouting: true },
      { name: "hangar-port-8080", gatesRouting: false },
    ]);
    const udp = machineWith();
    expect(
      plannedChecks({ ...udp, services: udp.services.map((service) => ({ ...service, protocol: "udp" as const })) }),
    ).toEqual([]);
  });
});

describe("checker", () => {
  function rig(results: CheckResult[]) {
    let nowMs = 0;
    const timers: { atMs: number; run: () => void }[] = [];
    const reports: CheckReport[] = [];
    const ran: string[] = [];
    const changes: string[] = [];
    const lost: string[] = [];
    const checker = createChecker({
      run: (check, { host, localAddress }) => {
        ran.push(`${nowMs} ${check.name} ${localAddress} ${host}`);
        return Promise.resolve(results.shift() ?? { passing: true, output: "ok" });
      },
      timer: (afterMs, run) => {
        const timer = { atMs: nowMs + afterMs, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
      monotonicMs: () => nowMs,
      report: (report) => void reports.push(report),
      healthChanged: (app) => void changes.push(app),
      lost: ({ id }) => void lost.push(id),
    });
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    return {
      ...{ checker, reports, ran, changes, timers, lost },
      apply: async (version: number, ...machines: ReturnType<typeof machineWith>[]) => {
        checker.apply(indexWorld(worldOf(version, ["ams"], machines)));
        await settle();
      },
      next: async () => {
        const timer = timers.toSorted((a, b) => a.atMs - b.atMs)[0]!;
        timers.splice(timers.indexOf(timer), 1);
        nowMs = timer.atMs;
        timer.run();
        await settle();
      },
    };
  }
  const fails: CheckResult = { passing: false, output: "no" };

  test("looks at once, often until the first pass, and then at the interval", async () => {
    const { apply, next, ran, reports, changes } = rig([fails, fails]);
    await apply(1, machineWith(CHECK));
    for (let n = 0; n < 3; n += 1) await next();
    expect(ran).toEqual([0, 10, 20, 10_020].map((atMs) => `${atMs} up 127.0.1.253 127.0.1.2`));
    expect(reports.map(({ status }) => status)).toEqual(["critical", "passing"]);
    expect(reports[0]).toEqual({ machineId: "m1", instanceId: "m1-1", name: "up", status: "critical", output: "no" });
    expect(changes).toEqual(["my-app", "my-app"]);
  });

  test("says nothing about failures in the grace period, but of a pass", async () => {
    const { apply, next, reports } = rig([fails, fails, fails]);
    await apply(1, machineWith({ ...CHECK, gracePeriodMs: 20 }));
    await next();
    expect(reports).toEqual([]);
    await next();
    expect(reports.map(({ status }) => status)).toEqual(["critical"]);
  });

  test("counts failures before the first pass at the pace of the interval only", async () => {
    const { apply, next, reports } = rig([...Array.from({ length: 60 }, () => fails)]);
    await apply(1, machineWith({ ...CHECK, intervalMs: 1_000, failureThreshold: 2 }));
    for (let n = 0; n < 10; n += 1) await next();
    expect(reports).toEqual([]);
    for (let n = 0; n < 40; n += 1) await next();
    expect(reports.map(({ status }) => status)).toEqual(["critical"]);
  });

  test("a machine is healthy while all checks that gate it pass", async () => {
    const { checker, apply, next } = rig([fails, { passing: true, output: "" }, fails]);
    const machine = machineWith(CHECK, { ...CHECK, name: "top", gatesRouting: false });
    expect(checker.isHealthy(machine)).toBe(false);
    await apply(1, machine);
    expect(checker.isHealthy(machine)).toBe(false);
    await next();
    expect(checker.isHealthy(machine)).toBe(false);
    await next();
    expect(checker.isHealthy(machine)).toBe(true);
    expect(checker.isHealthy(machineWith())).toBe(true);
  });

  test("AS-16: a machine that was there and from which nothing comes back for a minute is unhealthy and lost", async () => {
    const silent: CheckResult = { ...fails, silent: true };
    const passes: CheckResult = { passing: true, output: "ok" };
    const machine = machineWith({ ...CHECK, gatesRouting: false });
    const never = rig(Array.from({ length: 20 }, () => silent));
    await never.apply(1, machine);
    for (let n = 0; n < 19; n += 1) await never.next();
    expect(never.lost).toEqual([]);
    // One look every 10 s: a refusal is an answer, too.
    const rest = Array.from({ length: 8 }, () => silent);
    const { checker, apply, next, lost, changes } = rig([passes, silent, silent, fails, ...rest, passes, silent]);
    await apply(1, machine);
    for (let n = 0; n < 8; n += 1) await next();
    expect(lost).toEqual([]);
    expect(checker.isHealthy(machine)).toBe(true);
    await next();
    expect(lost).toEqual(["m1"]);
    expect(checker.isHealthy(machine)).toBe(false);
    for (let n = 0; n < 2; n += 1) await next();
    expect(lost).toEqual(["m1"]);
    await next();
    expect(checker.isHealthy(machine)).toBe(true);
    expect(changes).toEqual(["my-app", "my-app"]);
  });

  test("begins anew with a new instance, and stops with the machine", async () => {
    const { checker, apply, ran, timers } = rig([]);
    const machine = machineWith(CHECK);
    await apply(1, machine);
    await apply(2, machine);
    expect(ran).toHaveLength(1);
    await apply(3, { ...machine, instanceId: "m1-2" });
    expect(ran).toHaveLength(2);
    await apply(4, { ...machine, started: false });
    expect(timers).toEqual([]);
    expect(checker.isHealthy(machine)).toBe(false);
  });
});
