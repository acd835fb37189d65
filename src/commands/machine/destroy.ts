import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { waitMsOf } from "../../cli/flags/wait.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderDestroyQuestion } from "../../cli/present/machine.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";
import { selectMachines } from "../../operations/machine/select-machines.ts";

export default class MachineDestroy extends MachineActionCommand {
  static override summary = "Destroy machines";
  static override description =
    "A machine that runs is only destroyed with --force. Its volumes stay. There is no way back, so it asks, unless --yes is given.";
  static override examples = [
    { description: "One that is stopped", command: "<%= config.bin %> machine destroy 148ed599c14189" },
    {
      description: "One that runs, without a question",
      command: "<%= config.bin %> machine destroy web-1 --force --yes",
    },
    { description: "All of an app", command: "<%= config.bin %> machine destroy --all --force --app my-app" },
  ];
  static override aliases = aliasesOf(MACHINE, ["destroy", "remove", "rm", "delete"]);
  static override strict = false;
  static override args = machinesArg();
  static override flags = {
    ...actFlags(),
    force: Flags.boolean({ char: "f", summary: "Also machines that run", default: false }),
    yes: yesFlag(),
  };

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineDestroy);
    const scope = await this.appScopeOf(flags);
    const { app } = scope;
    const machines = await selectMachines({ app, words: argv.map(String), all: flags.all }, scope);
    if (!(await this.confirm(scope.context, renderDestroyQuestion(machines), flags))) {
      this.print("Nothing was destroyed");
      return [];
    }
    const action = { verb: "destroy", force: flags.force } as const;
    return this.act(scope, { app, machines, action, waitMs: waitMsOf(flags) });
  }
}
