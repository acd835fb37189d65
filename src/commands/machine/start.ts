import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";

export default class MachineStart extends MachineActionCommand {
  static override summary = "Start machines";
  static override description = "Waits until they have started.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> machine start 148ed599c14189" },
    { description: "All of an app", command: "<%= config.bin %> machine start --all --app my-app" },
    { description: "For scripts", command: "<%= config.bin %> machine start web-1 --json" },
  ];
  static override aliases = aliasesOf(MACHINE, ["start"]);
  static override strict = false;
  static override args = machinesArg();
  static override flags = actFlags();

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineStart);
    return this.actOn(argv, flags, { verb: "start" });
  }
}
