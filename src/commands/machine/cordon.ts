import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";

export default class MachineCordon extends MachineActionCommand {
  static override summary = "Take machines out of routing";
  static override description = "They go on running, and no new requests go to them until uncordon.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> machine cordon 148ed599c14189" },
    { description: "All of an app", command: "<%= config.bin %> machine cordon --all --app my-app" },
  ];
  static override aliases = aliasesOf(MACHINE, ["cordon"]);
  static override strict = false;
  static override args = machinesArg();
  static override flags = actFlags();

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineCordon);
    return this.actOn(argv, flags, { verb: "cordon" });
  }
}
