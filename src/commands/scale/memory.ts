import { type ChangedOn, changeFlags, PlannedCommand } from "../../cli/planned-command.ts";
import { Args, Flags } from "../../cli/oclif.ts";

export default class ScaleMemory extends PlannedCommand {
  static override summary = "Change the memory of an app's machines";
  static override examples = [
    { description: "All machines", command: "<%= config.bin %> scale memory 512" },
    { description: "One group", command: "<%= config.bin %> scale memory 1024 -g worker" },
  ];
  static override args = { mb: Args.integer({ description: "memory in MB", required: true, min: 128 }) };
  static override flags = {
    ...changeFlags,
    "process-group": Flags.string({
      char: "g",
      summary: "Process group; may be repeated",
      helpValue: "GROUP",
      multiple: true,
    }),
  };

  async run(): Promise<ChangedOn> {
    const { args, flags } = await this.parse(ScaleMemory);
    const [{ changeApp }, { planSize }] = await Promise.all([
      import("../../operations/deploy/change-app.ts"),
      import("../../operations/scale/plan-size.ts"),
    ]);
    const size = { memoryMb: args.mb, groups: flags["process-group"] ?? [] };
    return this.change(flags, (app, options, deps) =>
      changeApp((seen) => planSize(app, seen, size), { ...options, reason: `scale memory ${args.mb}` }, deps),
    );
  }
}
