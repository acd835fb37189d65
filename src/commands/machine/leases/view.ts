import { ApiCommand } from "../../../cli/api-command.ts";
import { aliasesOf } from "../../../cli/aliases.ts";
import { appFlags } from "../../../cli/flags/app.ts";
import { machinesArg } from "../../../cli/machine-command.ts";
import { renderLeases } from "../../../cli/present/machine.ts";
import { type LeaseRow, listLeases } from "../../../operations/machine/list-leases.ts";
import { selectMachines } from "../../../operations/machine/select-machines.ts";

export default class MachineLeasesView extends ApiCommand {
  static override summary = "Show who holds the machines of an app";
  static override description = "Whoever holds a machine's lease is the only one who can change it.";
  static override examples = [
    { description: "Of all machines", command: "<%= config.bin %> machine leases view" },
    { description: "Of one", command: "<%= config.bin %> machine leases view 148ed599c14189 --json" },
  ];
  static override aliases = aliasesOf(
    ["machine:leases", "machine:lease", "machines:leases", "machines:lease", "m:leases", "m:lease"],
    ["view"],
  );
  static override strict = false;
  static override args = machinesArg();
  static override flags = appFlags();

  async run(): Promise<LeaseRow[]> {
    const { argv, flags } = await this.parse(MachineLeasesView);
    const scope = await this.appScopeOf(flags);
    const machines = await selectMachines({ app: scope.app, words: argv.map(String), all: true }, scope);
    const rows = await listLeases(scope.app, machines, scope.client.machines);
    this.print(renderLeases(rows, scope.width));
    return rows;
  }
}
