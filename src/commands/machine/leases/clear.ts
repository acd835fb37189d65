import { ApiCommand } from "../../../cli/api-command.ts";
import { aliasesOf } from "../../../cli/aliases.ts";
import { appFlags } from "../../../cli/flags/app.ts";
import { yesFlag } from "../../../cli/flags/yes.ts";
import { allFlag, machinesArg } from "../../../cli/machine-command.ts";
import { clearLeases, listLeases } from "../../../operations/machine/list-leases.ts";
import { selectMachines } from "../../../operations/machine/select-machines.ts";

interface ClearResult {
  /** IDs of the machines that were held. */
  readonly cleared: readonly string[];
}

export default class MachineLeasesClear extends ApiCommand {
  static override summary = "End the leases of machines, whoever holds them";
  static override description =
    "For leases that a deploy left behind. One that is under way loses its hold and fails, so it asks, unless --yes is given.";
  static override examples = [
    { description: "Of one machine", command: "<%= config.bin %> machine leases clear 148ed599c14189" },
    { description: "Of all, without a question", command: "<%= config.bin %> machine leases clear --all --yes" },
  ];
  static override aliases = aliasesOf(
    ["machine:leases", "machine:lease", "machines:leases", "machines:lease", "m:leases", "m:lease"],
    ["clear"],
  );
  static override strict = false;
  static override args = machinesArg();
  static override flags = { ...appFlags(), all: allFlag(), yes: yesFlag() };

  async run(): Promise<ClearResult> {
    const { argv, flags } = await this.parse(MachineLeasesClear);
    const scope = await this.appScopeOf(flags);
    const machines = await selectMachines({ app: scope.app, words: argv.map(String), all: flags.all }, scope);
    const held = (await listLeases(scope.app, machines, scope.client.machines)).filter(
      (row) => row.lease !== undefined,
    );
    if (held.length === 0) {
      this.print("Nobody holds a lease");
      return { cleared: [] };
    }
    const named = held.map(({ machine, lease }) => `${machine}, held by ${lease?.owner ?? "somebody"}`).join("; ");
    if (!(await this.confirm(scope.context, `End the leases of ${named}?`, flags))) return { cleared: [] };
    const cleared = await clearLeases(scope.app, held, scope.client.machines);
    this.print(`Cleared: ${cleared.join(", ")}`);
    return { cleared };
  }
}
