import { requireAppName } from "../cli/app-context.ts";
import { BaseCommand } from "../cli/base-command.ts";
import { appFlag } from "../cli/flags/app.ts";
import { Flags } from "../cli/oclif.ts";
import { renderReleases } from "../cli/present/releases.ts";
import { requireLocalTarget } from "../cli/target-context.ts";
import type { ReleaseRow } from "../operations/releases/list-releases.ts";

export default class Releases extends BaseCommand {
  static override summary = "List what was deployed, when, and by whom";
  static override examples = [
    { description: "The last releases of the app of this folder", command: "<%= config.bin %> releases" },
    { description: "With their images", command: "<%= config.bin %> releases --image" },
    {
      description: "The current version",
      command: "<%= config.bin %> releases --json | jq '.[] | select(.current).version'",
    },
  ];
  static override flags = {
    app: appFlag(),
    image: Flags.boolean({ summary: "Show the images and the commits they were built from", default: false }),
    limit: Flags.integer({ char: "n", summary: "Number of releases", default: 25, min: 1, max: 200 }),
  };

  async run(): Promise<ReleaseRow[]> {
    const { flags } = await this.parse(Releases);
    const context = this.contextFor(flags);
    await requireLocalTarget(context);
    const [app, { fleetOf }, { listReleases }] = await Promise.all([
      requireAppName(context, flags),
      import("../cli/change-context.ts"),
      import("../operations/releases/list-releases.ts"),
    ]);
    const rows = await listReleases(await fleetOf(context, app), flags.limit);
    this.print(
      renderReleases(rows, { image: flags.image, nowMs: context.clock.now(), width: context.terminal.columns }),
    );
    return rows;
  }
}
