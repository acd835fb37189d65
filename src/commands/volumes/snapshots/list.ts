import { ApiCommand } from "../../../cli/api-command.ts";
import { appFlags } from "../../../cli/flags/app.ts";
import { aliasesOf } from "../../../cli/aliases.ts";
import { Args } from "../../../cli/oclif.ts";
import { renderSnapshots } from "../../../cli/present/volumes.ts";
import type { ApiSnapshot } from "../../../operations/volumes/snapshot.ts";
import { findVolume } from "../../../operations/volumes/find-volume.ts";

export default class VolumesSnapshotsList extends ApiCommand {
  static override summary = "List the snapshots of a volume";
  static override examples = [
    { description: "Of a volume", command: "<%= config.bin %> volumes snapshots list data" },
    { description: "For scripts", command: "<%= config.bin %> volumes snapshots list data --json | jq -r '.[0].id'" },
  ];
  static override aliases = aliasesOf(
    ["volumes:snapshots", "volumes:snapshot", "volume:snapshots", "vol:snapshots"],
    ["list", "ls"],
  );
  static override args = {
    volume: Args.string({
      description: "ID of the volume, or its name where that is the only one (default: the only volume)",
    }),
  };
  static override flags = appFlags();

  async run(): Promise<ApiSnapshot[]> {
    const { args, flags } = await this.parse(VolumesSnapshotsList);
    const scope = await this.appScopeOf(flags);
    const { app, client } = scope;
    const volume = await findVolume({ app, word: args.volume }, { ...client, choose: scope.choose });
    const snapshots = await client.volumes.snapshots(app, volume.id);
    this.print(renderSnapshots(snapshots, scope.width));
    return snapshots;
  }
}
