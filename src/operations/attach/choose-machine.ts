// The machine that a console opens in.
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { type Choose, selectMachine } from "../machine/select-machines.ts";

export interface ChooseMachineInput {
  readonly app: string;
  readonly machine?: string | undefined;
  readonly region?: string | undefined;
  readonly group?: string | undefined;
  /** Asks, instead of taking the first that runs. */
  readonly select: boolean;
}

export interface ChooseMachineDeps {
  readonly machines: Pick<MachinesApi, "list" | "start" | "wait">;
  readonly choose: Choose | undefined;
  /** Whether a machine that does not run may be started. */
  readonly mayStart: (machine: Machine) => Promise<boolean>;
  /** Says which machine it is where nobody named one. */
  readonly onChosen: (machine: Machine) => void;
}

const START_MS = 60_000;

function fits({ region, config }: Machine, input: ChooseMachineInput): boolean {
  const group = config.metadata?.["fly_process_group"];
  return (
    (input.region === undefined || region === input.region) && (input.group === undefined || group === input.group)
  );
}

/**
 * The machine that is named or chosen, else the first that runs, else the first; started if it is not, where that is allowed.
 * @throws MACHINE_NOT_FOUND, USAGE, MACHINE_STATE it does not run and may not be started; DEADLINE
 */
export async function chooseMachine(input: ChooseMachineInput, deps: ChooseMachineDeps): Promise<Machine> {
  const { app } = input;
  const api = {
    list: async (name: string): Promise<Machine[]> =>
      (await deps.machines.list(name)).filter((machine) => input.machine !== undefined || fits(machine, input)),
  };
  let machine: Machine;
  if (input.machine !== undefined || input.select)
    machine = await selectMachine({ app, word: input.machine }, { client: { machines: api }, choose: deps.choose });
  else {
    const machines = await api.list(app);
    const first = machines.find(({ state }) => state === "started") ?? machines[0];
    if (first === undefined) {
      const where = [input.region, input.group].filter((word) => word !== undefined).join(", ");
      throw new AppError("MACHINE_NOT_FOUND", `App "${app}" has no machines${where === "" ? "" : ` in ${where}`}`, {
        suggestions: [`hangar machine list --app ${app}`],
      });
    }
    machine = first;
    if (machines.length > 1) deps.onChosen(machine);
  }
  if (machine.state === "started") return machine;
  if (!(await deps.mayStart(machine))) {
    throw new AppError("MACHINE_STATE", `Machine ${machine.id} is ${machine.state}`, {
      suggestions: [`hangar machine start ${machine.id} --app ${app}`, "pass --yes to start it"],
    });
  }
  await deps.machines.start(app, machine.id);
  await deps.machines.wait(app, machine.id, { state: "started", timeoutMs: START_MS });
  return machine;
}
