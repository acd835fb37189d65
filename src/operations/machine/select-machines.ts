// Which machines a command is about: by ID or name, the only one, or by asking.
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { closestWords } from "../../errors/did-you-mean.ts";

/** Asks for one of several options and gives its place. */
export type Choose = (question: string, options: readonly string[]) => Promise<number>;

export interface SelectMachinesInput {
  readonly app: string;
  /** IDs or names; empty: the only machine, or the one that is chosen. */
  readonly words: readonly string[];
  readonly all?: boolean;
}

export interface SelectMachinesDeps {
  readonly client: { readonly machines: { list(app: string): Promise<Machine[]> } };
  readonly choose: Choose | undefined;
}

/**
 * The machines that are meant, each once, in the order given.
 * @throws MACHINE_NOT_FOUND with what was probably meant; USAGE where several could be meant and nobody can be asked
 */
export async function selectMachines(input: SelectMachinesInput, deps: SelectMachinesDeps): Promise<Machine[]> {
  const machines = (await deps.client.machines.list(input.app)).toSorted(byRegion);
  if (input.words.length > 0) return [...new Set(input.words.map((word) => findMachine(word, machines, input.app)))];
  if (machines.length === 0) {
    throw new AppError("MACHINE_NOT_FOUND", `App "${input.app}" has no machines`, {
      suggestions: ["hangar deploy", `hangar machine run IMAGE --app ${input.app}`],
    });
  }
  if (input.all === true || machines.length === 1) return machines;
  if (deps.choose === undefined) {
    throw new AppError("USAGE", `App "${input.app}" has ${machines.length} machines: name the one that is meant`, {
      suggestions: machines.slice(0, 3).map(({ id, region }) => `pass ${id} (in ${region})`),
      details: { machines: machines.map(({ id }) => id) },
    });
  }
  const chosen = machines[await deps.choose("Which machine?", machines.map(describeMachine))];
  return chosen === undefined ? [] : [chosen];
}

/** As selectMachines, for commands about one. */
export async function selectMachine(
  { app, word }: { readonly app: string; readonly word: string | undefined },
  deps: SelectMachinesDeps,
): Promise<Machine> {
  const [machine] = await selectMachines({ app, words: word === undefined ? [] : [word] }, deps);
  if (machine === undefined) throw new AppError("MACHINE_NOT_FOUND", `App "${app}" has no machines`);
  return machine;
}

/** The machine with the ID or the name. @throws MACHINE_NOT_FOUND */
export function findMachine(word: string, machines: readonly Machine[], app: string): Machine {
  const found = machines.find(({ id }) => id === word) ?? machines.find(({ name }) => name === word);
  if (found !== undefined) return found;
  const near = closestWords(
    word,
    machines.flatMap(({ id, name }) => [id, name]),
  );
  throw new AppError("MACHINE_NOT_FOUND", `App "${app}" has no machine "${word}"`, {
    suggestions: [...near.map((other) => `use ${other}`), `hangar machine list --app ${app}`],
    details: { machine: word, near },
  });
}

/** A machine in one line, for a choice. */
export function describeMachine({ id, name, region, state }: Machine): string {
  return `${id} ${name} in ${region}, ${state}`;
}

function byRegion(a: Machine, b: Machine): number {
  return a.region === b.region ? (a.id < b.id ? -1 : 1) : a.region < b.region ? -1 : 1;
}
