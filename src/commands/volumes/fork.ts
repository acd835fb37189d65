import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf, VOLUMES } from "../../cli/aliases.ts";
import { Args, Flags } from "../../cli/oclif.ts";
import { regionFlag } from "../../cli/flags/region.ts";
import { renderVolume } from "../../cli/present/volumes.ts";
import type { Volume } from "../../contract/volumes.ts";
import { findVolume } from "../../operations/volumes/find-volume.ts";

export default class VolumesFork extends ApiCommand {
  static override summary = "Make a volume with a copy of another's data";
  static override examples = [
    { description: "In the same region", command: "<%= config.bin %> volumes fork vol_9vgx1zj3k5qr8k4w" },
    {
      description: "In Tokyo, by another name",
      command: "<%= config.bin %> volumes fork data --region nrt --name data_nrt",
    },
  ];
  static override aliases = aliasesOf(VOLUMES, ["fork"]);
  static override args = {
    volume: Args.string({
      description: "ID of the volume, or its name where that is the only one (default: the only volume)",
    }),
  };
  static override flags = {
    ...appFlags(),
    name: Flags.string({ char: "n", summary: "Name of the copy (default: the same)", helpValue: "NAME" }),
    region: regionFlag({ char: "r", summary: "Region of the copy (default: the same)" }),
  };

  async run(): Promise<Volume> {
    const { args, flags } = await this.parse(VolumesFork);
    const scope = await this.appScopeOf(flags);
    const { app, client } = scope;
    const volume = await findVolume({ app, word: args.volume }, { ...client, choose: scope.choose });
    const fork = await this.withProgress(scope.context, async (progress) => {
      progress.start("fork", `Copying volume ${volume.id}`);
      const made = await client.volumes.create(app, {
        name: flags.name ?? volume.name,
        region: flags.region ?? volume.region,
        source_volume_id: volume.id,
      });
      progress.done("fork", made.id);
      return made;
    });
    this.print(renderVolume(fork));
    return fork;
  }
}
