import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import { Flags } from "../../cli/oclif.ts";
import { signalFlag, stopOf } from "../../cli/flags/signal.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";

export default class MachineStop extends MachineActionCommand {
  static override summary = "Stop machines";
  static override description = "Waits until their programs have ended. They can be started again.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> machine stop 148ed599c14189" },
    {
      description: "By another signal, with a minute to end",
      command: "<%= config.bin %> machine stop web-1 --signal SIGINT --timeout 60",
    },
    { description: "All of an app", command: "<%= config.bin %> machine stop --all --app my-app" },
  ];
  static override aliases = aliasesOf(MACHINE, ["stop"]);
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
  };

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineStop);
    return this.actOn(argv, flags, { verb: "stop", ...stopOf(flags) });
  }
}
