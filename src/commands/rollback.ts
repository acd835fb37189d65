import { Args, Flags } from "../cli/oclif.ts";
import { type ChangedOn, changeFlags, PlannedCommand } from "../cli/planned-command.ts";
import { STRATEGIES, type Strategy } from "../operations/deploy/plan/plan-types.ts";

export default class Rollback extends PlannedCommand {
  static override summary = "Put an earlier release into service again";
  static override description =
    "Deploys the image and the configuration of an earlier release as a new one, as carefully as any deploy. Machines stay where they are and as many as they are. Without a version, the release before the current one.";
  static override examples = [
    { description: "The release before the current one", command: "<%= config.bin %> rollback" },
    { description: "A certain one", command: "<%= config.bin %> rollback v3" },
    { description: "What would happen", command: "<%= config.bin %> rollback v3 --dry-run" },
  ];
  static override args = { version: Args.string({ description: "version of the release, such as v3" }) };
  static override flags = {
    ...changeFlags,
    strategy: Flags.string({ summary: "How machines are replaced", options: [...STRATEGIES], default: "rolling" }),
  };

  async run(): Promise<ChangedOn> {
    const { args, flags } = await this.parse(Rollback);
    const [{ rollBack }, { parseVersion }] = await Promise.all([
      import("../operations/releases/roll-back.ts"),
      import("../operations/releases/choose-release.ts"),
    ]);
    const version = args.version === undefined ? undefined : parseVersion(args.version);
    const strategy = flags.strategy as Strategy;
    return this.change(flags, (app, options, deps) => rollBack({ ...options, app, version, strategy }, deps));
  }
}
