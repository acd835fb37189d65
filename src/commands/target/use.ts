import { BaseCommand } from "../../cli/base-command.ts";
import { Args } from "../../cli/oclif.ts";
import { targetFileOf } from "../../cli/target-context.ts";
import { requireTarget, TARGETS, type TargetName } from "../../operations/target/target.ts";

export default class TargetUse extends BaseCommand {
  static override summary = "Choose where commands act from now on";
  static override description =
    "local is a planet on this machine, fly is Fly.io. --target and HANGAR_TARGET go before it, for one command or one shell.";
  static override examples = [
    { description: "Act on Fly.io", command: "<%= config.bin %> target use fly" },
    { description: "Back to the planet", command: "<%= config.bin %> target use local" },
  ];
  static override args = {
    name: Args.string({ description: `Name of the target: ${TARGETS.join(" or ")}`, required: true }),
  };

  async run(): Promise<{ readonly target: TargetName }> {
    const { args, flags } = await this.parse(TargetUse);
    const target = requireTarget(args.name, "argument");
    await (await targetFileOf(this.contextFor(flags))).write(target);
    this.print(
      target === "fly"
        ? "Commands act on Fly.io from now on, on real machines that cost money; hangar target use local goes back"
        : "Commands act on the planet of this machine from now on",
    );
    return { target };
  }
}
