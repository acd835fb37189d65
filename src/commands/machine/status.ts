import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { machineArg } from "../../cli/machine-command.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderMachine } from "../../cli/present/machine.ts";
import type { Machine } from "../../contract/machine.ts";
import { readMachine } from "../../operations/machine/read-machine.ts";

export default class MachineStatus extends ApiCommand {
  static override summary = "Show a machine: its state, checks and events";
  static override description = "A machine that was destroyed can be shown by its ID for some time.";
  static override examples = [
    { description: "One", command: "<%= config.bin %> machine status 148ed599c14189" },
    { description: "Its configuration too", command: "<%= config.bin %> machine status web-1 --display-config" },
    { description: "For scripts", command: "<%= config.bin %> machine status web-1 --json | jq .events" },
  ];
  static override aliases = aliasesOf(MACHINE, ["status", "show"]);
  static override args = machineArg();
  static override flags = {
    ...appFlags(),
    "display-config": Flags.boolean({ char: "d", summary: "Also its configuration as JSON", default: false }),
  };

  async run(): Promise<Machine> {
    const { args, flags } = await this.parse(MachineStatus);
    const scope = await this.appScopeOf(flags);
    const machine = await readMachine({ app: scope.app, word: args.machine }, scope);
    this.print(renderMachine(machine, scope.width));
    if (flags["display-config"]) this.print(`\n${JSON.stringify(machine.config, null, 2)}`);
    return machine;
  }
}
