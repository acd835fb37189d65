// One action on several machines at once: all are tried, and what failed is told in the end.
import type { MachinesApi, WaitableState } from "../../client/machines/machines-api.ts";
import type { Machine } from "../../contract/machine.ts";
import { type AppError, asAppError, AppError as Failure } from "../../errors/app-error.ts";
import { inBatches } from "../in-batches.ts";
import type { ProgressReporter } from "../progress.ts";

export type MachineAction =
  | { readonly verb: "start" | "suspend" | "cordon" | "uncordon" }
  | { readonly verb: "stop"; readonly signal?: string; readonly timeoutS?: number }
  | { readonly verb: "restart"; readonly signal?: string; readonly timeoutS?: number; readonly force?: boolean }
  | { readonly verb: "signal"; readonly signal: string }
  | { readonly verb: "destroy"; readonly force: boolean };

export interface ActInput {
  readonly app: string;
  readonly machines: readonly Machine[];
  readonly action: MachineAction;
  /** Milliseconds that each machine has to get there; 0: do not wait. */
  readonly waitMs: number;
}

export interface ActDeps {
  readonly machines: Pick<
    MachinesApi,
    "start" | "stop" | "restart" | "suspend" | "signal" | "cordon" | "destroy" | "wait"
  >;
  readonly progress: ProgressReporter;
}

export interface ActOutcome {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** What it came to: a state, or what was done. */
  readonly result: string;
}

const AT_A_TIME = 8;
const TARGET: Readonly<Record<MachineAction["verb"], WaitableState | undefined>> = {
  start: "started",
  stop: "stopped",
  restart: "started",
  suspend: "suspended",
  destroy: "destroyed",
  cordon: undefined,
  uncordon: undefined,
  signal: undefined,
};
const WITHOUT_WAIT: Readonly<Record<MachineAction["verb"], string>> = {
  start: "starting",
  stop: "stopping",
  restart: "restarting",
  suspend: "suspending",
  destroy: "destroying",
  cordon: "cordoned",
  uncordon: "uncordoned",
  signal: "signalled",
};

/**
 * Does the action to each machine and waits for what it leads to. A machine that is there already is left alone.
 * @throws what the first failed machine failed with; the details name all of them
 */
export async function actOnMachines(input: ActInput, { machines: api, progress }: ActDeps): Promise<ActOutcome[]> {
  const { app, machines, action, waitMs } = input;
  for (const machine of machines) progress.plan(machine.id, titleOf(machine));
  const attempts = await inBatches(machines, AT_A_TIME, async (machine) => {
    progress.start(machine.id, titleOf(machine));
    try {
      const result = await actOn(app, machine, action, waitMs, api);
      progress.done(machine.id, result);
      return { id: machine.id, name: machine.name, region: machine.region, result };
    } catch (error) {
      progress.fail(machine.id);
      return { machine: machine.id, error: asAppError(error) };
    }
  });
  const failed = attempts.filter((attempt): attempt is Failed => "error" in attempt);
  const done = attempts.filter((attempt): attempt is ActOutcome => !("error" in attempt));
  if (failed.length > 0) throw failureOf(failed, done, machines.length);
  return done;
}

interface Failed {
  readonly machine: string;
  readonly error: AppError;
}

async function actOn(
  app: string,
  { id, state }: Machine,
  action: MachineAction,
  waitMs: number,
  api: ActDeps["machines"],
): Promise<string> {
  const target = TARGET[action.verb];
  if (state === target && action.verb !== "restart") return state;
  switch (action.verb) {
    case "start":
      await api.start(app, id);
      break;
    case "suspend":
      await api.suspend(app, id);
      break;
    case "stop":
      await api.stop(app, id, action);
      break;
    case "restart":
      await api.restart(app, id, action);
      break;
    case "signal":
      await api.signal(app, id, action.signal);
      break;
    case "destroy":
      await api.destroy(app, id, action.force);
      break;
    case "cordon":
    case "uncordon":
      await api.cordon(app, id, action.verb === "cordon");
      break;
    default:
      return action satisfies never;
  }
  if (target === undefined || waitMs === 0) return WITHOUT_WAIT[action.verb];
  await api.wait(app, id, { state: target, timeoutMs: waitMs });
  return target;
}

function titleOf({ id, region }: Machine): string {
  return `Machine ${id} in ${region}`;
}

function failureOf(failed: readonly Failed[], done: readonly ActOutcome[], count: number): AppError {
  const [first] = failed;
  if (first === undefined) return new Failure("INTERNAL", "Nothing failed");
  const { code, message, suggestions } = first.error;
  return new Failure(
    code,
    count === 1 ? message : `${failed.length} of ${count} machines failed; ${first.machine}: ${message}`,
    {
      suggestions,
      cause: first.error,
      details: {
        ...first.error.details,
        failed: failed.map(({ machine, error }) => ({ machine, code: error.code, message: error.message })),
        done: done.map(({ id }) => id),
      },
    },
  );
}
