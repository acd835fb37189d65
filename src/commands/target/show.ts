import { BaseCommand } from "../../cli/base-command.ts";
import { targetFlag, targetOf } from "../../cli/target-context.ts";
import type { Target } from "../../operations/target/target.ts";

export default class TargetShow extends BaseCommand {
  static override summary = "Show where commands act";
  static override examples = [
    { description: "The target and who said so", command: "<%= config.bin %> target show" },
    { description: "For scripts", command: "<%= config.bin %> target show --json" },
  ];
  static override flags = { target: targetFlag() };

  async run(): Promise<Target> {
    const { flags } = await this.parse(TargetShow);
    const target = await targetOf(this.contextFor(flags), flags.target);
    this.print(`${target.name} (${target.source})`);
    return target;
  }
}
