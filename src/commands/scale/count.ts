import { type ChangedOn, changeFlags, PlannedCommand } from "../../cli/planned-command.ts";
import { regionsFlag } from "../../cli/flags/region.ts";
import { Args, Flags } from "../../cli/oclif.ts";

export default class ScaleCount extends PlannedCommand {
  static override summary = "Set how many machines a process group has";
  static override description =
    "New machines are copies of the group's first one, spread evenly over the regions. What is destroyed is asked for first.";
  static override examples = [
    { description: "Three machines of the default group", command: "<%= config.bin %> scale count 3" },
    { description: "By group, in two regions", command: "<%= config.bin %> scale count web=4 --region iad,ams" },
    { description: "One more, one less", command: "<%= config.bin %> scale count web=+1 worker=-1" },
  ];
  static override strict = false;
  static override args = { count: Args.string({ description: "N or GROUP=N; +N and -N change it", required: true }) };
  static override flags = {
    ...changeFlags,
    region: regionsFlag({ char: "r", summary: "Regions to scale in (default: those in use)" }),
    "max-per-region": Flags.integer({ summary: "Most machines of a group in one region", helpValue: "N", min: 1 }),
  };

  async run(): Promise<ChangedOn> {
    const { argv, flags } = await this.parse(ScaleCount);
    const [{ changeApp }, { parseCount, planCount }] = await Promise.all([
      import("../../operations/deploy/change-app.ts"),
      import("../../operations/scale/plan-count.ts"),
    ]);
    const wanted = argv.map((word) => parseCount(String(word)));
    const options = { regions: flags.region ?? [], maxPerRegion: flags["max-per-region"] };
    const reason = `scale count ${argv.join(" ")}`;
    return this.change(flags, (app, change, deps) =>
      changeApp((seen) => planCount(app, seen, wanted, options), { ...change, reason }, deps),
    );
  }
}
