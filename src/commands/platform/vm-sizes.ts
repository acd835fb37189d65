import { BaseCommand } from "../../cli/base-command.ts";
import { renderSizes } from "../../cli/present/platform.ts";
import { listSizes, type SizeRow } from "../../operations/platform/list-sizes.ts";

export default class PlatformVmSizes extends BaseCommand {
  static override summary = "List the sizes that machines can have";
  static override examples = [
    { description: "All", command: "<%= config.bin %> platform vm-sizes" },
    { description: "For scripts", command: "<%= config.bin %> platform vm-sizes --json" },
  ];

  async run(): Promise<SizeRow[]> {
    const { flags } = await this.parse(PlatformVmSizes);
    const { terminal } = this.contextFor(flags);
    const sizes = listSizes();
    this.print(renderSizes(sizes, { width: terminal.columns }));
    return sizes;
  }
}
