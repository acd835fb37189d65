import { aliasesOf, MACHINE } from "../../cli/aliases.ts";
import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { regionFlag } from "../../cli/flags/region.ts";
import { Flags } from "../../cli/oclif.ts";
import { renderMachineList } from "../../cli/present/machine.ts";
import type { Machine } from "../../contract/machine.ts";

export default class MachineList extends ApiCommand {
  static override summary = "List the machines of an app";
  static override examples = [
    { description: "All of the app of this folder", command: "<%= config.bin %> machine list" },
    { description: "Those in Tokyo that run", command: "<%= config.bin %> machine list --region nrt --state started" },
    { description: "Only their IDs", command: "<%= config.bin %> machine list --quiet" },
    { description: "For scripts", command: "<%= config.bin %> machine list --json | jq -r '.[].private_ip'" },
  ];
  static override aliases = aliasesOf(MACHINE, ["list", "ls"]);
  static override flags = {
    ...appFlags(),
    region: regionFlag({ char: "r", summary: "Only the machines of this region" }),
    state: Flags.string({
      summary: "Only machines in this state; may be repeated",
      multiple: true,
      multipleNonGreedy: true,
    }),
    destroyed: Flags.boolean({ summary: "Also machines that were destroyed", default: false }),
    quiet: Flags.boolean({ char: "q", summary: "Only IDs, one a line", default: false }),
  };

  async run(): Promise<Machine[]> {
    const { flags } = await this.parse(MachineList);
    const { app, client, width } = await this.appScopeOf(flags);
    const machines = await client.machines.list(app, {
      region: flags.region,
      states: flags.state,
      includeDeleted: flags.destroyed,
    });
    if (flags.quiet) {
      if (machines.length > 0) this.print(machines.map(({ id }) => id).join("\n"));
    } else this.print(renderMachineList(app, machines, width));
    return machines;
  }
}
