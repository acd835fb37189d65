import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf, VOLUMES } from "../../cli/aliases.ts";
import { Args, Flags } from "../../cli/oclif.ts";
import { regionFlag } from "../../cli/flags/region.ts";
import { renderVolume } from "../../cli/present/volumes.ts";
import type { Volume } from "../../contract/volumes.ts";

export default class VolumesCreate extends ApiCommand {
  static override summary = "Make a volume";
  static override description = "A volume belongs to one region and to at most one machine at a time.";
  static override examples = [
    { description: "One gigabyte where clients enter", command: "<%= config.bin %> volumes create data" },
    { description: "Ten in Tokyo", command: "<%= config.bin %> volumes create data --region nrt --size 10" },
    {
      description: "With the data of a snapshot",
      command: "<%= config.bin %> volumes create data --snapshot-id vs_x1y2z3",
    },
  ];
  static override aliases = aliasesOf(VOLUMES, ["create"]);
  static override args = {
    name: Args.string({ description: "Name: lower-case letters, digits and underscores", required: true }),
  };
  static override flags = {
    ...appFlags(),
    region: regionFlag({ char: "r", summary: "Region of the volume (default: where clients enter)" }),
    size: Flags.integer({ char: "s", summary: "Gigabytes", helpValue: "GB", min: 1, max: 500, default: 1 }),
    count: Flags.integer({ char: "n", summary: "How many", helpValue: "N", min: 1, max: 20, default: 1 }),
    "snapshot-id": Flags.string({ summary: "Snapshot whose data it starts with", helpValue: "ID" }),
    "snapshot-retention": Flags.integer({
      summary: "Days that snapshots are kept",
      helpValue: "DAYS",
      min: 1,
      max: 60,
    }),
    "scheduled-snapshots": Flags.boolean({ summary: "Make a snapshot every day", default: true, allowNo: true }),
    encryption: Flags.boolean({ summary: "Encrypt it", default: true, allowNo: true }),
    "require-unique-zone": Flags.boolean({
      summary: "Away from the app's other volumes",
      default: true,
      allowNo: true,
    }),
  };

  async run(): Promise<Volume[]> {
    const { args, flags } = await this.parse(VolumesCreate);
    const { app, client } = await this.appScopeOf(flags);
    const body = {
      name: args.name,
      size_gb: flags.size,
      encrypted: flags.encryption,
      auto_backup_enabled: flags["scheduled-snapshots"],
      require_unique_zone: flags["require-unique-zone"],
      ...(flags.region === undefined ? {} : { region: flags.region }),
      ...(flags["snapshot-id"] === undefined ? {} : { snapshot_id: flags["snapshot-id"] }),
      ...(flags["snapshot-retention"] === undefined ? {} : { snapshot_retention: flags["snapshot-retention"] }),
    };
    const volumes: Volume[] = [];
    for (let made = 0; made < flags.count; made += 1) volumes.push(await client.volumes.create(app, body));
    this.print(volumes.map(renderVolume).join("\n\n"));
    return volumes;
  }
}
