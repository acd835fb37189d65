import { expect, test } from "vitest";
import { AppError } from "../../../../src/errors/app-error.ts";
import type { CheckResult } from "../../../../src/emulator/machines/check-results.ts";
import { createCommandChecks } from "../../../../src/emulator/machines/command-checks.ts";
import type { MachineRecord } from "../../../../src/emulator/model/records.ts";

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One machine with one check; its command ends as the next of `codes` says, and time passes when the test says so. */
function arrange(check: Record<string, unknown>) {
  let machine = {
    id: "m",
    state: "started",
    instanceId: "v1",
    config: {
      image: "web",
      containers: [{ name: "db", healthchecks: [{ name: "up", exec: { command: ["ok"] }, ...check }] }],
    },
  } as unknown as MachineRecord;
  const reports: CheckResult[] = [];
  const timers: { readonly afterMs: number; readonly run: () => void }[] = [];
  const outcomes: (number | AppError)[] = [];
  let nowMs = 0;
  const checks = createCommandChecks({
    machine: () => machine,
    exec: async () => {
      const outcome = outcomes.shift() ?? 0;
      if (outcome instanceof AppError) throw outcome;
      return { exit_code: outcome, stdout: "", stderr: outcome === 0 ? "" : "no\n" };
    },
    timer: (afterMs, run) => {
      const entry = { afterMs, run };
      timers.push(entry);
      return () => void timers.splice(timers.indexOf(entry), 1);
    },
    now: () => nowMs,
    report: (result) => reports.push(result),
  });
  return {
    checks,
    reports,
    timers,
    change: (change: Partial<MachineRecord>) => {
      machine = { ...machine, ...change };
      checks.follow("m");
    },
    /** Runs the check as often as there are outcomes, `everyMs` apart. */
    run: async (everyMs: number, ...next: (number | AppError)[]) => {
      for (const outcome of next) {
        outcomes.push(outcome);
        if (timers.length === 0) checks.follow("m");
        else timers.shift()?.run();
        await settled();
        nowMs += everyMs;
      }
    },
    said: () => reports.map(({ status }) => status),
  };
}

test("so many results in a row make the status, and until then it is a warning", async () => {
  const { run, said, reports } = arrange({ success_threshold: 2, failure_threshold: 3 });
  await run(1_000, 0, 1, 0, 0, 1, 1, 0, 1, 1);
  expect(said()).toEqual(["warning", "passing"]);
  await run(1_000, 1);
  expect(said()).toEqual(["warning", "passing", "critical"]);
  expect(reports.at(-1)).toEqual({ machineId: "m", instanceId: "v1", name: "db-up", status: "critical", output: "no" });
});

test("failures before the grace period is over are no more than a warning", async () => {
  const { run, said } = arrange({ grace_period: 3 });
  await run(1_000, 1, 1, 1);
  expect(said()).toEqual(["warning"]);
  await run(1_000, 1);
  expect(said()).toEqual(["warning", "critical"]);
});

test("runs every second until it passes, then in its interval; what the engine cannot say is no result", async () => {
  const { run, said, timers } = arrange({ interval: 20 });
  await run(1_000, 7);
  expect(timers.map(({ afterMs }) => afterMs)).toEqual([1_000]);
  await run(1_000, 0);
  expect(timers.map(({ afterMs }) => afterMs)).toEqual([20_000]);
  await run(1_000, new AppError("DOCKER_UNAVAILABLE", "gone"));
  expect(said()).toEqual(["critical", "passing"]);
  await run(1_000, new AppError("DEADLINE", "late"));
  expect(said()).toEqual(["critical", "passing", "critical"]);
});

test("ends with the machine, and begins anew with another version", async () => {
  const { run, timers, change, reports, checks } = arrange({});
  await run(1_000, 0);
  change({ state: "stopped" });
  expect(timers).toEqual([]);
  change({ state: "started", instanceId: "v2" });
  await settled();
  expect(reports.map(({ instanceId }) => instanceId)).toEqual(["v1", "v2"]);
  checks.close();
  expect(timers).toEqual([]);
});
