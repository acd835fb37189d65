// Runs the health checks that are commands, inside the machines that they are about, for as long as those run.
import type { CheckStatus } from "../../contract/machine.ts";
import { type AppError, asAppError } from "../../errors/app-error.ts";
import { type CommandCheck, commandChecks } from "../model/container-checks.ts";
import type { MachineRecord } from "../model/records.ts";
import type { CheckResult } from "./check-results.ts";
import type { MachineInside } from "./machine-inside.ts";
import { createSerialQueue } from "./serial-queue.ts";

/** Commands that run at the same time, of all machines together: each costs the engine a few calls. */
const PARALLEL = 4;
/** Before its first pass a check runs this often, so that what waits for it does not wait for an interval. */
const FIRST_PASS_INTERVAL_MS = 1_000;
const MAX_OUTPUT = 4_096;

export interface CommandChecks {
  /** Starts, goes on with or ends the checks of a machine, as its record says. */
  follow(id: string): void;
  close(): void;
}

export interface CommandChecksDeps {
  readonly machine: (id: string) => MachineRecord | undefined;
  readonly exec: MachineInside["exec"];
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly now: () => number;
  /** The first result of a check, and each change of its status. */
  readonly report: (result: CheckResult) => void;
}

interface Running {
  readonly check: CommandCheck;
  readonly instanceId: string;
  readonly startedMs: number;
  status: CheckStatus["status"] | undefined;
  everPassed: boolean;
  /** Equal results in a row, the last one among them. */
  streak: { readonly passing: boolean; readonly count: number };
  cancel: () => void;
  ended: boolean;
}

interface Outcome {
  readonly passing: boolean;
  readonly output: string;
}

/** The status after one more result; undefined: as before. */
function nextStatus(running: Running, passing: boolean, inGrace: boolean): CheckStatus["status"] | undefined {
  const { check, streak, status } = running;
  if (
    streak.count >= (passing ? check.successThreshold : check.failureThreshold) &&
    (passing || !inGrace || status === "passing")
  )
    return passing ? "passing" : "critical";
  // Nothing is decided yet: neither well nor ill.
  return status === undefined ? "warning" : undefined;
}

export function createCommandChecks(deps: CommandChecksDeps): CommandChecks {
  const queue = createSerialQueue(PARALLEL);
  const machines = new Map<string, { readonly identity: string; readonly checks: readonly Running[] }>();

  /** Undefined where the engine could not say. */
  const run = async (id: string, { check, instanceId }: Running): Promise<Outcome | undefined> => {
    const machine = deps.machine(id);
    if (machine?.instanceId !== instanceId) return undefined;
    const { command, container, timeoutMs } = check;
    try {
      const {
        exit_code: code,
        stdout,
        stderr,
      } = await deps.exec(machine, {
        command,
        container,
        timeout: timeoutMs / 1_000,
      });
      const said = `${stdout ?? ""}${stderr ?? ""}`.trim();
      return { passing: code === 0, output: said === "" ? `exit code ${code}` : said };
    } catch (thrown) {
      const error: AppError = asAppError(thrown);
      return error.code === "DOCKER_UNAVAILABLE" ? undefined : { passing: false, output: error.message };
    }
  };
  const settle = (id: string, running: Running, { passing, output }: Outcome): void => {
    const { streak, check } = running;
    running.streak = { passing, count: streak.passing === passing ? streak.count + 1 : 1 };
    running.everPassed ||= passing;
    const status = nextStatus(running, passing, deps.now() - running.startedMs < check.gracePeriodMs);
    if (status === undefined || status === running.status) return;
    running.status = status;
    deps.report({
      machineId: id,
      instanceId: running.instanceId,
      name: check.name,
      status,
      output: output.slice(0, MAX_OUTPUT),
    });
  };
  const repeat = async (id: string, running: Running): Promise<void> => {
    const outcome = await queue.run(`${id} ${running.check.name}`, async () =>
      running.ended ? undefined : run(id, running),
    );
    if (running.ended) return;
    if (outcome !== undefined) settle(id, running, outcome);
    const { intervalMs } = running.check;
    const waitMs = running.everPassed ? intervalMs : Math.min(intervalMs, FIRST_PASS_INTERVAL_MS);
    running.cancel = deps.timer(waitMs, () => void repeat(id, running));
  };
  const end = (id: string): void => {
    for (const running of machines.get(id)?.checks ?? []) {
      running.ended = true;
      running.cancel();
    }
    machines.delete(id);
  };

  return {
    follow: (id) => {
      const machine = deps.machine(id);
      const wanted = machine?.state === "started" ? commandChecks(machine.config) : [];
      if (machine === undefined || wanted.length === 0) return end(id);
      const identity = JSON.stringify([machine.instanceId, wanted]);
      if (machines.get(id)?.identity === identity) return;
      end(id);
      const checks = wanted.map((check): Running => ({
        check,
        instanceId: machine.instanceId,
        startedMs: deps.now(),
        status: undefined,
        everPassed: false,
        streak: { passing: false, count: 0 },
        cancel: () => undefined,
        ended: false,
      }));
      machines.set(id, { identity, checks });
      for (const running of checks) void repeat(id, running);
    },
    close: () => {
      for (const id of [...machines.keys()]) end(id);
    },
  };
}
