import { BaseCommand } from "../../cli/base-command.ts";
import { planetAccessDeps } from "../../cli/planet-context.ts";
import { renderAppList } from "../../cli/present/apps.ts";
import { requireLocalTarget } from "../../cli/target-context.ts";
import { type AppListing, listApps } from "../../operations/apps/list-apps.ts";
import { requirePlanet } from "../../operations/planet/planet-access.ts";

export default class AppsList extends BaseCommand {
  static override summary = "List the apps of the planet";
  static override examples = [
    { description: "All apps", command: "<%= config.bin %> apps list" },
    { description: "Their names", command: "<%= config.bin %> apps list --json | jq -r '.[].name'" },
  ];

  async run(): Promise<AppListing[]> {
    const { flags } = await this.parse(AppsList);
    const context = this.contextFor(flags);
    await requireLocalTarget(context);
    const apps = await listApps(await requirePlanet(await planetAccessDeps(context)));
    this.print(renderAppList(apps, { width: context.terminal.columns }));
    return apps;
  }
}
