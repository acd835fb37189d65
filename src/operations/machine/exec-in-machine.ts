import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { ExecAnswer } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { wordsOf } from "./words-of.ts";
import { type Choose, selectMachine } from "./select-machines.ts";

export interface ExecInput {
  readonly app: string;
  /** The machine, unless it is given, and the command. */
  readonly words: readonly string[];
  readonly machine: string | undefined;
  readonly container: string | undefined;
  readonly timeoutS: number;
}

/**
 * Runs a command in a machine and gives what it printed. A single word is a line of words.
 * @throws MACHINE_NOT_FOUND, MACHINE_STATE, USAGE
 */
export async function execInMachine(
  input: ExecInput,
  deps: {
    readonly client: { readonly machines: Pick<MachinesApi, "list" | "exec"> };
    readonly choose: Choose | undefined;
  },
): Promise<ExecAnswer> {
  const [first, ...others] = input.words;
  const isNamed = input.machine === undefined && others.length > 0;
  const command = isNamed ? others : input.words;
  const words = command.length === 1 ? wordsOf(command[0] ?? "") : command;
  if (words.length === 0) {
    throw new AppError("USAGE", "There is no command to run", { suggestions: ["hangar machine exec MACHINE COMMAND"] });
  }
  const machine = await selectMachine({ app: input.app, word: isNamed ? first : input.machine }, deps);
  return deps.client.machines.exec(input.app, machine.id, {
    command: words,
    timeoutS: input.timeoutS,
    ...(input.container === undefined ? {} : { container: input.container }),
  });
}
