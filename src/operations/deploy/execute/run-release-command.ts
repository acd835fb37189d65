// Runs the release command on a machine of its own, shows what it prints, and destroys the machine, whatever happens.
import type { Machine } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import { waitUntil } from "../../../platform/clock.ts";
import type { ReleaseCommand } from "../plan/plan-types.ts";
import type { WorkDeps } from "./machine-work.ts";

const STEP = "release-command";
const LOOK_EVERY_MS = 100;
/** Time for the last lines to arrive after the program has ended. */
const LAST_LINES_MS = 500;

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

/** @throws RELEASE_COMMAND_FAILED with the last lines; DEADLINE; the signal's reason */
export async function runReleaseCommand(
  { command, region, config, timeoutMs }: ReleaseCommand,
  stamp: Readonly<Record<string, string>>,
  { fleet, clock, progress }: Pick<WorkDeps, "fleet" | "clock" | "progress">,
  signal: AbortSignal,
): Promise<void> {
  progress.start(STEP, `Running ${command}`);
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
    const code = await waitUntil(
      async () => {
        const now = await fleet.machine(machine.id);
        if (now.state === "failed") return -1;
        return exitCodeOf(now);
      },
      { what: `the release command to end`, deadlineMs: timeoutMs, intervalMs: LOOK_EVERY_MS, clock, signal },
    );
    await Promise.race([reading, clock.sleep(LAST_LINES_MS)]);
    if (code === 0) {
      progress.done(STEP, "ended well");
      return;
    }
    const diagnosis = await fleet.diagnosis(machine.id);
    const last = (lines.length > 0 ? lines : diagnosis.logTail).slice(-20);
    throw new AppError(
      "RELEASE_COMMAND_FAILED",
      `The release command "${command}" ${code < 0 ? `could not be started: ${diagnosis.engineError ?? "no reason was given"}` : `exited with code ${code}`}; ${last.length === 0 ? "it printed nothing" : `its last lines:\n${last.map((line) => `  ${line}`).join("\n")}`}`,
      {
        suggestions: ["hangar deploy --skip-release-command"],
        details: { machine: machine.id, exitCode: code, logTail: last },
      },
    );
  } catch (error) {
    progress.fail(STEP);
    throw error;
  } finally {
    quiet.abort();
    await reading;
    await fleet.destroy(machine.id);
    await fleet.gone(machine.id);
  }
}
