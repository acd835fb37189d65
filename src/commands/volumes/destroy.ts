import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf, VOLUMES } from "../../cli/aliases.ts";
import { Args } from "../../cli/oclif.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { renderVolumeQuestion } from "../../cli/present/volumes.ts";
import { findVolume } from "../../operations/volumes/find-volume.ts";

interface DestroyResult {
  readonly volume: string;
  /** False where the person said no. */
  readonly destroyed: boolean;
}

export default class VolumesDestroy extends ApiCommand {
  static override summary = "Destroy a volume with its data";
  static override description =
    "There is no way back, so it asks, unless --yes is given. A volume that a machine has cannot be destroyed.";
  static override examples = [
    { description: "After a question", command: "<%= config.bin %> volumes destroy vol_9vgx1zj3k5qr8k4w" },
    { description: "Without one", command: "<%= config.bin %> volumes destroy data --yes --json" },
  ];
  static override aliases = aliasesOf(VOLUMES, ["destroy", "delete", "remove", "rm"]);
  static override args = {
    volume: Args.string({
      description: "ID of the volume, or its name where that is the only one (default: the only volume)",
    }),
  };
  static override flags = { ...appFlags(), yes: yesFlag() };

  async run(): Promise<DestroyResult> {
    const { args, flags } = await this.parse(VolumesDestroy);
    const scope = await this.appScopeOf(flags);
    const { app, client } = scope;
    const volume = await findVolume({ app, word: args.volume }, { ...client, choose: scope.choose });
    if (!(await this.confirm(scope.context, renderVolumeQuestion(volume), flags))) {
      this.print(`Volume ${volume.id} stays`);
      return { volume: volume.id, destroyed: false };
    }
    await client.volumes.destroy(app, volume.id);
    this.print(`Destroyed volume ${volume.id}`);
    return { volume: volume.id, destroyed: true };
  }
}
