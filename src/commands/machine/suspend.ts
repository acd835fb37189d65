import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";

export default class MachineSuspend extends MachineActionCommand {
  static override summary = "Suspend machines with their memory";
  static override description = "They go on where they were when they are started again.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> machine suspend 148ed599c14189" },
    { description: "All, without waiting", command: "<%= config.bin %> machine suspend --all --detach" },
  ];
  static override aliases = aliasesOf(MACHINE, ["suspend"]);
  static override strict = false;
  static override args = machinesArg();
  static override flags = actFlags();

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineSuspend);
    return this.actOn(argv, flags, { verb: "suspend" });
  }
}
