import { ApiCommand } from "../../../cli/api-command.ts";
import { appFlags } from "../../../cli/flags/app.ts";
import { aliasesOf } from "../../../cli/aliases.ts";
import { Args } from "../../../cli/oclif.ts";
import type { ApiSnapshot } from "../../../operations/volumes/snapshot.ts";
import { createSnapshot } from "../../../operations/volumes/snapshot.ts";
import { findVolume } from "../../../operations/volumes/find-volume.ts";

export default class VolumesSnapshotsCreate extends ApiCommand {
  static override summary = "Make a snapshot of a volume";
  static override examples = [
    { description: "Now", command: "<%= config.bin %> volumes snapshots create data" },
    { description: "And its ID", command: "<%= config.bin %> volumes snapshots create data --json | jq -r .id" },
  ];
  static override aliases = aliasesOf(
    ["volumes:snapshots", "volumes:snapshot", "volume:snapshots", "vol:snapshots"],
    ["create"],
  );
  static override args = {
    volume: Args.string({
      description: "ID of the volume, or its name where that is the only one (default: the only volume)",
    }),
  };
  static override flags = appFlags();

  async run(): Promise<ApiSnapshot> {
    const { args, flags } = await this.parse(VolumesSnapshotsCreate);
    const scope = await this.appScopeOf(flags);
    const { app, client } = scope;
    const volume = await findVolume({ app, word: args.volume }, { ...client, choose: scope.choose });
    const snapshot = await this.withProgress(scope.context, (progress) =>
      createSnapshot(
        { app, volume: volume.id },
        { volumes: client.volumes, clock: scope.context.clock, signal: this.signal, progress },
      ),
    );
    this.print(`Snapshot ${snapshot.id} of volume ${volume.id}: ${snapshot.status ?? "under way"}`);
    return snapshot;
  }
}
