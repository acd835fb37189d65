import { ApiCommand } from "../../cli/api-command.ts";
import { renderAppList } from "../../cli/present/apps.ts";
import { type AppListing, listApps } from "../../operations/apps/list-apps.ts";

export default class AppsList extends ApiCommand {
  static override summary = "List the apps of the target";
  static override examples = [
    { description: "All apps", command: "<%= config.bin %> apps list" },
    { description: "Their names", command: "<%= config.bin %> apps list --json | jq -r '.[].name'" },
  ];

  async run(): Promise<AppListing[]> {
    const { flags } = await this.parse(AppsList);
    const { client, organizations, urlOf, width } = await this.scopeOf(flags);
    const apps = await listApps(await organizations(), { api: client, urlOf });
    this.print(renderAppList(apps, width));
    return apps;
  }
}
