// What commands share that do one thing to some machines.
import type { ActInput, ActOutcome } from "../operations/machine/act-on-machines.ts";
import { ApiCommand, type AppScope } from "./api-command.ts";
import { appFlags } from "./flags/app.ts";
import { waitFlags, waitMsOf } from "./flags/wait.ts";
import { Args, Flags } from "./oclif.ts";
import { renderOutcomes } from "./present/machine.ts";

/** The one argument; more may follow it. */
export const machinesArg = () => ({
  machine: Args.string({ description: "ID or name of the machine; more may follow (default: the only one)" }),
});
export const machineArg = () => ({
  machine: Args.string({ description: "ID or name of the machine (default: the only one)" }),
});
export const allFlag = () => Flags.boolean({ summary: "All machines of the app", default: false });
export const actFlags = () => ({ ...appFlags(), all: allFlag(), ...waitFlags() });

export interface ActFlags {
  readonly planet: string;
  readonly app?: string | undefined;
  readonly config?: string | undefined;
  readonly all: boolean;
  readonly "wait-timeout": number;
  readonly detach: boolean;
}

/** Base of the commands that start, stop, … the machines that are named. */
export abstract class MachineActionCommand extends ApiCommand {
  /** Selects the machines, does it, and prints what came of it. */
  protected async actOn(words: readonly unknown[], flags: ActFlags, action: ActInput["action"]): Promise<ActOutcome[]> {
    const scope = await this.appScopeOf(flags);
    const { selectMachines } = await import("../operations/machine/select-machines.ts");
    const machines = await selectMachines({ app: scope.app, words: words.map(String), all: flags.all }, scope);
    return this.act(scope, { app: scope.app, machines, action, waitMs: waitMsOf(flags) });
  }

  protected async act(scope: AppScope, input: ActInput): Promise<ActOutcome[]> {
    const { actOnMachines } = await import("../operations/machine/act-on-machines.ts");
    const outcomes = await this.withProgress(scope.context, (progress) =>
      actOnMachines(input, { machines: scope.client.machines, progress }),
    );
    this.print(renderOutcomes(outcomes));
    return outcomes;
  }
}
