import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf, VOLUMES } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { renderVolume } from "../../cli/present/volumes.ts";
import type { Volume } from "../../contract/volumes.ts";
import { findVolume } from "../../operations/volumes/find-volume.ts";

export default class VolumesShow extends ApiCommand {
  static override summary = "Show a volume";
  static override examples = [
    { description: "One", command: "<%= config.bin %> volumes show vol_9vgx1zj3k5qr8k4w" },
    { description: "By its name", command: "<%= config.bin %> volumes show data --app my-app --json" },
  ];
  static override aliases = aliasesOf(VOLUMES, ["show", "status"]);
  static override args = {
    volume: Args.string({
      description: "ID of the volume, or its name where that is the only one (default: the only volume)",
    }),
  };
  static override flags = appFlags();

  async run(): Promise<Volume> {
    const { args, flags } = await this.parse(VolumesShow);
    const scope = await this.appScopeOf(flags);
    const { app, client } = scope;
    const { id } = await findVolume({ app, word: args.volume }, { ...client, choose: scope.choose });
    // Alone it is measured; in a list it is as it was when somebody last looked.
    const volume = await client.volumes.get(app, id);
    this.print(renderVolume(volume));
    return volume;
  }
}
