import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";

export default class MachineUncordon extends MachineActionCommand {
  static override summary = "Put machines back into routing";
  static override description = "The opposite of cordon.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> machine uncordon 148ed599c14189" },
    { description: "All of an app", command: "<%= config.bin %> machine uncordon --all --app my-app" },
  ];
  static override aliases = aliasesOf(MACHINE, ["uncordon"]);
  static override strict = false;
  static override args = machinesArg();
  static override flags = actFlags();

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineUncordon);
    return this.actOn(argv, flags, { verb: "uncordon" });
  }
}
