import { ApiCommand } from "../../cli/api-command.ts";
import { appFlags } from "../../cli/flags/app.ts";
import { aliasesOf, VOLUMES } from "../../cli/aliases.ts";
import { renderVolumeList } from "../../cli/present/volumes.ts";
import type { Volume } from "../../contract/volumes.ts";

export default class VolumesList extends ApiCommand {
  static override summary = "List the volumes of an app";
  static override examples = [
    { description: "Of the app of this folder", command: "<%= config.bin %> volumes list" },
    { description: "For scripts", command: "<%= config.bin %> volumes list --app my-app --json" },
  ];
  static override aliases = aliasesOf(VOLUMES, ["list", "ls"]);
  static override flags = appFlags();

  async run(): Promise<Volume[]> {
    const { flags } = await this.parse(VolumesList);
    const { app, client, width } = await this.appScopeOf(flags);
    const volumes = await client.volumes.list(app);
    this.print(renderVolumeList(app, volumes, width));
    return volumes;
  }
}
