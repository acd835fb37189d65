// Runs one task of a deploy on a machine of its own, shows what it prints, and destroys the machine, whatever happens.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { ErrorCode } from "../../../errors/catalogue.ts";
import { waitUntil } from "../../../platform/clock.ts";
import type { ReleaseCommand } from "../plan/plan-types.ts";
import { testOf } from "../plan/task-machine.ts";
import type { WorkDeps } from "./machine-work.ts";

export interface Task {
  /** Of the progress. */
  readonly step: string;
  readonly title: string;
  /** Subject of a sentence about its end. */
  readonly what: string;
  readonly region: string;
  readonly config: MachineConfig;
  readonly timeoutMs: number;
  readonly failure: { readonly code: ErrorCode; readonly suggestions: readonly string[] };
}

const LOOK_MS = 500;
const RETRY_MS = 50;
/** Time for the last lines to arrive after the program has ended. */
const LAST_LINES_MS = 500;

/** @param kind which of the commands of the file it is */
export function commandTask(kind: "release" | "seed", { command, region, config, timeoutMs }: ReleaseCommand): Task {
  return {
    ...{ step: `${kind}-command`, title: `Running ${command}`, what: `The ${kind} command "${command}"` },
    ...{ region, config, timeoutMs },
    failure: {
      code: "RELEASE_COMMAND_FAILED",
      suggestions: kind === "release" ? ["hangar deploy --skip-release-command"] : ["hangar deploy"],
    },
  };
}

/** Tries a machine out. @param number of the test among those of the machine, for the progress */
export function testTask(test: MachineConfig, machine: Machine, number: number, timeoutMs: number): Task {
  const command = (test.init?.cmd ?? test.init?.entrypoint ?? []).join(" ");
  return {
    step: `${machine.id}-check-${number}`,
    title: `Checking ${machine.id} by ${command}`,
    what: `The check "${command}" of machine ${machine.id}`,
    region: machine.region,
    config: testOf(test, machine),
    timeoutMs,
    failure: { code: "MACHINE_CHECK_FAILED", suggestions: ["hangar logs"] },
  };
}

/** The exit code of a machine whose program has ended. */
function exitCodeOf(machine: Machine): number | undefined {
  for (const { type, request } of machine.events) {
    if (type !== "exit") continue;
    const seen = request as { MonitorEvent?: { exit_event?: unknown }; exit_event?: unknown } | undefined;
    const exit = (seen?.MonitorEvent?.exit_event ?? seen?.exit_event) as { exit_code?: unknown } | undefined;
    if (exit !== undefined) return Number(exit.exit_code ?? 0);
  }
  return undefined;
}

/** @throws the task's own code with the last lines; DEADLINE; the signal's reason */
export async function runTask(
  task: Task,
  stamp: Readonly<Record<string, string>>,
  { fleet, clock, progress }: Pick<WorkDeps, "fleet" | "clock" | "progress">,
  signal: AbortSignal,
): Promise<void> {
  const { step, what, region, config, timeoutMs } = task;
  progress.start(step, task.title);
  const machine = await fleet.create({ region, config: { ...config, metadata: { ...config.metadata, ...stamp } } });
  const quiet = new AbortController();
  const lines: string[] = [];
  const reading = (async () => {
    try {
      for await (const line of fleet.logs(machine.id, AbortSignal.any([signal, quiet.signal]))) {
        lines.push(line);
        progress.log(`[${machine.id}] ${line}`);
      }
    } catch {
      // The stream is ended by its signal; what it lost, the diagnosis below still has.
    }
  })();
  try {
    const next = fleet.follow(machine.id);
    const code = await waitUntil(
      async () => {
        const now = await next(LOOK_MS);
        return now.state === "failed" ? -1 : exitCodeOf(now);
      },
      { what: "it to end", deadlineMs: timeoutMs, intervalMs: RETRY_MS, clock, signal },
    ).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "DEADLINE")
        throw new AppError("DEADLINE", `${what} has not ended after ${timeoutMs / 1_000} s`, { cause: error });
      throw error;
    });
    await Promise.race([reading, clock.sleep(LAST_LINES_MS)]);
    if (code === 0) {
      progress.done(step, "ended well");
      return;
    }
    const diagnosis = await fleet.diagnosis(machine.id);
    const last = (lines.length > 0 ? lines : diagnosis.logTail).slice(-20);
    throw new AppError(
      task.failure.code,
      `${what} ${code < 0 ? `could not be started: ${diagnosis.engineError ?? "no reason was given"}` : `exited with code ${code}`}; ${last.length === 0 ? "it printed nothing" : `its last lines:\n${last.map((line) => `  ${line}`).join("\n")}`}`,
      {
        suggestions: task.failure.suggestions,
        details: { machine: machine.id, exitCode: code, logTail: last },
      },
    );
  } catch (error) {
    progress.fail(step);
    throw error;
  } finally {
    quiet.abort();
    await reading;
    await fleet.destroy(machine.id);
    await fleet.gone(machine.id);
  }
}
