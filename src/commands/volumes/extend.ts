import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf, VOLUMES } from "../../cli/aliases.ts";
import { Args, Flags } from "../../cli/oclif.ts";
import type { Volume } from "../../contract/volumes.ts";
import { findVolume } from "../../operations/volumes/find-volume.ts";
import { parseSize } from "../../operations/volumes/parse-size.ts";

interface ExtendResult {
  readonly volume: Volume;
  readonly needs_restart: boolean;
}

export default class VolumesExtend extends ApiCommand {
  static override summary = "Make a volume larger";
  static override description = "Volumes never get smaller.";
  static override examples = [
    { description: "To ten gigabytes", command: "<%= config.bin %> volumes extend vol_9vgx1zj3k5qr8k4w --size 10" },
    { description: "By five", command: "<%= config.bin %> volumes extend data --size +5" },
  ];
  static override aliases = aliasesOf(VOLUMES, ["extend"]);
  static override args = {
    volume: Args.string({
      description: "ID of the volume, or its name where that is the only one (default: the only volume)",
    }),
  };
  static override flags = {
    ...appFlags(),
    size: Flags.string({
      char: "s",
      summary: "Gigabytes in all, or with + how many more",
      helpValue: "[+]GB",
      required: true,
    }),
  };

  async run(): Promise<ExtendResult> {
    const { args, flags } = await this.parse(VolumesExtend);
    const scope = await this.appScopeOf(flags);
    const { app, client } = scope;
    const volume = await findVolume({ app, word: args.volume }, { ...client, choose: scope.choose });
    const { volume: extended, needs_restart } = await client.volumes.extend(
      app,
      volume.id,
      parseSize(flags.size, volume),
    );
    const hint = needs_restart
      ? `; its machine sees it after: hangar machine restart ${extended.attached_machine_id ?? ""}`
      : "";
    this.print(`Volume ${extended.id} has ${extended.size_gb} GB now${hint}`);
    return { volume: extended, needs_restart };
  }
}
