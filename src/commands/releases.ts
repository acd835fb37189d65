import { ApiCommand } from "../cli/api-command.ts";
import { appFlag } from "../cli/flags/app.ts";
import { Flags } from "../cli/oclif.ts";
import { renderReleases } from "../cli/present/releases.ts";
import type { ReleaseRow } from "../operations/releases/list-releases.ts";

export default class Releases extends ApiCommand {
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
    const { app, context, client, fleetOf } = await this.appScopeOf(flags);
    const { listReleases } = await import("../operations/releases/list-releases.ts");
    await client.apps.get(app);
    const rows = await listReleases(fleetOf(app, this.config.version), flags.limit);
    this.print(
      renderReleases(rows, { image: flags.image, nowMs: context.clock.now(), width: context.terminal.columns }),
    );
    return rows;
  }
}
