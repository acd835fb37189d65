import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { signalFlag } from "../../cli/flags/signal.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";

export default class MachineSignal extends MachineActionCommand {
  static override summary = "Send a signal to the programs of machines";
  static override description = "Waits for nothing: what the program does with it is up to the program.";
  static override examples = [
    {
      description: "Make a server read its configuration again",
      command: "<%= config.bin %> machine signal web-1 -s HUP",
    },
    { description: "To all machines", command: "<%= config.bin %> machine signal --all --signal SIGUSR1" },
  ];
  static override aliases = aliasesOf(MACHINE, ["signal"]);
  static override strict = false;
  static override args = machinesArg();
  static override flags = { ...actFlags(), signal: signalFlag({ required: true, summary: "The signal" }) };

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineSignal);
    return this.actOn(argv, flags, { verb: "signal", signal: flags.signal });
  }
}
