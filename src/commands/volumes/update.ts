import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf, VOLUMES } from "../../cli/aliases.ts";
import { Args, Flags } from "../../cli/oclif.ts";
import { renderVolume } from "../../cli/present/volumes.ts";
import type { Volume } from "../../contract/volumes.ts";
import { AppError } from "../../errors/app-error.ts";
import { findVolume } from "../../operations/volumes/find-volume.ts";

export default class VolumesUpdate extends ApiCommand {
  static override summary = "Change how a volume is backed up";
  static override examples = [
    {
      description: "Keep snapshots for a month",
      command: "<%= config.bin %> volumes update data --snapshot-retention 30",
    },
    { description: "No daily snapshots", command: "<%= config.bin %> volumes update data --no-scheduled-snapshots" },
  ];
  static override aliases = aliasesOf(VOLUMES, ["update"]);
  static override args = {
    volume: Args.string({
      description: "ID of the volume, or its name where that is the only one (default: the only volume)",
    }),
  };
  static override flags = {
    ...appFlags(),
    "snapshot-retention": Flags.integer({
      summary: "Days that snapshots are kept",
      helpValue: "DAYS",
      min: 1,
      max: 60,
    }),
    "scheduled-snapshots": Flags.boolean({ summary: "Make a snapshot every day", allowNo: true }),
  };

  async run(): Promise<Volume> {
    const { args, flags } = await this.parse(VolumesUpdate);
    const scope = await this.appScopeOf(flags);
    const { app, client } = scope;
    const volume = await findVolume({ app, word: args.volume }, { ...client, choose: scope.choose });
    const { "snapshot-retention": days, "scheduled-snapshots": scheduled } = flags;
    if (days === undefined && scheduled === undefined)
      throw new AppError("USAGE", "Nothing is to be changed", {
        suggestions: ["pass --snapshot-retention DAYS", "pass --no-scheduled-snapshots"],
      });
    const updated = await client.volumes.update(app, volume.id, {
      ...(days === undefined ? {} : { snapshot_retention: days }),
      ...(scheduled === undefined ? {} : { auto_backup_enabled: scheduled }),
    });
    this.print(renderVolume(updated));
    return updated;
  }
}
