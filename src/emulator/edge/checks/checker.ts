// Runs the health checks of all started machines and knows which of them may be routed to. Follows the world.
import type { CheckReport, WorldCheck, WorldMachine } from "../../../contract/world.ts";
import type { WorldIndex } from "../world-index.ts";
import { nextRunMs } from "./cadence.ts";
import { plannedChecks } from "./planned-checks.ts";
import { Reach } from "./reach.ts";
import type { RunCheck } from "./run-check.ts";

/** Longest text that a report may carry. */
const MAX_OUTPUT = 4_096;

export interface Checker {
  apply(world: WorldIndex): void;
  /** All routing-gating checks of the machine pass, and it can be reached; one that has not passed yet does not. */
  isHealthy(machine: WorldMachine): boolean;
  /** Runs the checks of a machine that have not passed yet now, not when it is their turn. */
  hurry(machineId: string): void;
  close(): void;
}

export interface CheckerDeps {
  readonly run: RunCheck;
  timer(afterMs: number, run: () => void): () => void;
  monotonicMs(): number;
  /** The first result of a check, and each change of its status. */
  report(report: CheckReport): void;
  /** A machine has become routable or has ceased to be. */
  healthChanged(app: string): void;
  /** Nothing comes back from a machine that was there. */
  lost(machine: WorldMachine): void;
}

interface RunningCheck {
  readonly check: WorldCheck;
  readonly startedMs: number;
  status: CheckReport["status"] | undefined;
  everPassed: boolean;
  /** Equal results in a row, the last one among them. */
  streak: { readonly passing: boolean; readonly count: number };
  /** Time of the last failure that counts. */
  failedMs: number | undefined;
  cancel: () => void;
  stopped: boolean;
  /** It was to be run out of turn while it ran. */
  hurried: boolean;
  /** Runs it out of turn; undefined while it runs. */
  runNow: (() => void) | undefined;
}

interface CheckedMachine {
  /** Everything that makes results of earlier runs meaningless when it changes. */
  readonly identity: string;
  readonly checks: readonly RunningCheck[];
  readonly gates: readonly RunningCheck[];
  readonly reach: Reach;
}

export function createChecker({ run, timer, monotonicMs, report, healthChanged, lost }: CheckerDeps): Checker {
  const machines = new Map<string, CheckedMachine>();

  const stop = (id: string, { checks }: CheckedMachine): void => {
    machines.delete(id);
    for (const running of checks) {
      running.stopped = true;
      running.cancel();
    }
  };
  const settle = (running: RunningCheck, machine: WorldMachine, passing: boolean, output: string): void => {
    const nowMs = monotonicMs();
    const inGrace = nowMs - running.startedMs < running.check.gracePeriodMs;
    // Failures before the grace period is over say nothing yet.
    if (!passing && inGrace && running.status === undefined) return;
    // Nor do those that come before the interval is over, only because the check looks more often until its first pass.
    const isEarly = running.failedMs !== undefined && nowMs - running.failedMs < running.check.intervalMs;
    if (!passing && !running.everPassed && isEarly) return;
    running.failedMs = passing ? undefined : nowMs;
    const status = passing ? "passing" : "critical";
    running.everPassed ||= passing;
    running.streak = { passing, count: running.streak.passing === passing ? running.streak.count + 1 : 1 };
    const { successThreshold = 1, failureThreshold = 1 } = running.check;
    if (running.streak.count < (passing ? successThreshold : failureThreshold)) return;
    if (running.status === status) return;
    running.status = status;
    report({
      machineId: machine.id,
      instanceId: machine.instanceId,
      name: running.check.name,
      status,
      output: output.slice(0, MAX_OUTPUT),
    });
    if (running.check.gatesRouting) healthChanged(machine.app);
  };
  const repeat = async (
    running: RunningCheck,
    machine: WorldMachine,
    localAddress: string,
    reach: Reach,
  ): Promise<void> => {
    running.runNow = undefined;
    const { passing, output, silent = false } = await run(running.check, { host: machine.address4, localAddress });
    if (running.stopped) return;
    settle(running, machine, passing, output);
    if (reach.take(!silent, monotonicMs())) {
      healthChanged(machine.app);
      if (reach.isLost) lost(machine);
    }
    const elapsedMs = monotonicMs() - running.startedMs;
    const waitMs = nextRunMs({ everPassed: running.everPassed, elapsedMs, intervalMs: running.check.intervalMs });
    const again = (): void => void repeat(running, machine, localAddress, reach);
    running.cancel = timer(running.hurried ? 0 : waitMs, again);
    running.hurried = false;
    running.runNow = () => {
      running.cancel();
      again();
    };
  };
  const start = (machine: WorldMachine, identity: string, localAddress: string): void => {
    const startedMs = monotonicMs();
    const checks = plannedChecks(machine).map((check): RunningCheck => ({
      check,
      startedMs,
      status: undefined,
      everPassed: false,
      streak: { passing: false, count: 0 },
      failedMs: undefined,
      cancel: () => undefined,
      stopped: false,
      hurried: false,
      runNow: undefined,
    }));
    const reach = new Reach();
    machines.set(machine.id, { identity, checks, gates: checks.filter(({ check }) => check.gatesRouting), reach });
    for (const running of checks) void repeat(running, machine, localAddress, reach);
  };

  return {
    apply(world) {
      for (const [id, checked] of [...machines]) if (world.machines.get(id)?.started !== true) stop(id, checked);
      for (const machine of world.machines.values()) {
        const localAddress = world.regions.get(machine.region)?.edge4;
        if (!machine.started || localAddress === undefined) continue;
        const identity = JSON.stringify([machine.instanceId, machine.address4, localAddress, plannedChecks(machine)]);
        const present = machines.get(machine.id);
        if (present?.identity === identity) continue;
        if (present !== undefined) stop(machine.id, present);
        start(machine, identity, localAddress);
      }
    },
    isHealthy({ id, checks }) {
      const checked = machines.get(id);
      if (checked === undefined) return !checks.some(({ gatesRouting }) => gatesRouting);
      return !checked.reach.isLost && checked.gates.every(({ status }) => status === "passing");
    },
    hurry(machineId) {
      for (const running of machines.get(machineId)?.checks ?? []) {
        if (running.everPassed) continue;
        if (running.runNow === undefined) running.hurried = true;
        else running.runNow();
      }
    },
    close() {
      for (const [id, checked] of [...machines]) stop(id, checked);
    },
  };
}
