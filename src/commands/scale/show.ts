import { requireAppName } from "../../cli/app-context.ts";
import { BaseCommand } from "../../cli/base-command.ts";
import { declaredNotes } from "../../cli/declared-notes.ts";
import { appFlag } from "../../cli/flags/app.ts";
import { renderScale } from "../../cli/present/scale.ts";
import { requireLocalTarget } from "../../cli/target-context.ts";
import type { ScaleRow } from "../../operations/scale/show-scale.ts";

export default class ScaleShow extends BaseCommand {
  static override summary = "Show how many machines an app has, where, and how large";
  static override examples = [
    { description: "The app of this folder", command: "<%= config.bin %> scale show" },
    { description: "For scripts", command: "<%= config.bin %> scale show --app my-app --json" },
  ];
  static override flags = { app: appFlag() };

  async run(): Promise<ScaleRow[]> {
    const { flags } = await this.parse(ScaleShow);
    const context = this.contextFor(flags);
    await requireLocalTarget(context);
    const [app, { fleetOf }, { showScale }] = await Promise.all([
      requireAppName(context, flags),
      import("../../cli/change-context.ts"),
      import("../../operations/scale/show-scale.ts"),
    ]);
    const rows = showScale(await (await fleetOf(context, app)).machines());
    this.print(renderScale(rows, context.terminal.columns));
    if (!this.jsonEnabled())
      for (const note of await declaredNotes(context, app, rows)) context.terminal.writeError(`${note}\n`);
    return rows;
  }
}
