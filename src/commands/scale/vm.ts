import { type ChangedOn, changeFlags, PlannedCommand } from "../../cli/planned-command.ts";
import { Args, Flags } from "../../cli/oclif.ts";

export default class ScaleVm extends PlannedCommand {
  static override summary = "Change the size of an app's machines";
  static override description =
    "Machines are replaced one after the other, as in a deploy. Nothing is written to fly.toml: a later deploy takes the size of [[vm]] again, where there is one.";
  static override examples = [
    { description: "All machines", command: "<%= config.bin %> scale vm shared-cpu-2x" },
    {
      description: "One group, with more memory",
      command: "<%= config.bin %> scale vm performance-1x --memory 4096 -g web",
    },
  ];
  static override args = { size: Args.string({ description: "name of the size", required: true }) };
  static override flags = {
    ...changeFlags,
    memory: Flags.integer({ summary: "Memory in MB", helpValue: "MB", min: 256 }),
    "process-group": Flags.string({
      char: "g",
      summary: "Process group; may be repeated",
      helpValue: "GROUP",
      multiple: true,
    }),
  };

  async run(): Promise<ChangedOn> {
    const { args, flags } = await this.parse(ScaleVm);
    const [{ changeApp }, { planSize }] = await Promise.all([
      import("../../operations/deploy/change-app.ts"),
      import("../../operations/scale/plan-size.ts"),
    ]);
    const size = { size: args.size, memoryMb: flags.memory, groups: flags["process-group"] ?? [] };
    return this.change(flags, (app, options, deps) =>
      changeApp((seen) => planSize(app, seen, size), { ...options, reason: `scale vm ${args.size}` }, deps),
    );
  }
}
