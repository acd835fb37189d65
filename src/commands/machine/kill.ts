import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { actFlags, MachineActionCommand, machinesArg } from "../../cli/machine-command.ts";
import type { ActOutcome } from "../../operations/machine/act-on-machines.ts";

export default class MachineKill extends MachineActionCommand {
  static override summary = "Kill the programs of machines";
  static override description =
    "Sends SIGKILL, as `machine signal --signal SIGKILL` does. What happens then is up to the machine's restart policy.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> machine kill 148ed599c14189" },
    { description: "All of an app", command: "<%= config.bin %> machine kill --all --app my-app" },
  ];
  static override aliases = aliasesOf(MACHINE, ["kill"]);
  static override strict = false;
  static override args = machinesArg();
  static override flags = actFlags();

  async run(): Promise<ActOutcome[]> {
    const { argv, flags } = await this.parse(MachineKill);
    return this.actOn(argv, flags, { verb: "signal", signal: "SIGKILL" });
  }
}
