import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import { Flags } from "../../cli/oclif.ts";
import { signalFlag, stopOf } from "../../cli/flags/signal.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";

export default class MachineRestart extends MachineActionCommand {
  static override summary = "Restart machines";
  static override description = "Waits until they have started again.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> machine restart 148ed599c14189" },
    { description: "All of an app", command: "<%= config.bin %> machine restart --all --app my-app" },
    { description: "Without asking the program to end", command: "<%= config.bin %> machine restart web-1 --force" },
  ];
  static override aliases = aliasesOf(MACHINE, ["restart"]);
  static override strict = false;
  static override args = machinesArg();
  static override flags = {
    ...actFlags(),
    signal: signalFlag(),
    timeout: Flags.integer({
      summary: "Seconds that the program has to end before it is killed",
      helpValue: "S",
      min: 0,
      max: 300,
    }),
    force: Flags.boolean({ summary: "Kill the program instead of asking it to end", default: false }),
  };

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineRestart);
    return this.actOn(argv, flags, { verb: "restart", ...stopOf(flags), force: flags.force });
  }
}
