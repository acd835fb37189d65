import { ApiCommand } from "../../cli/api-command.ts";
import { declaredNotes } from "../../cli/declared-notes.ts";
import { appFlag } from "../../cli/flags/app.ts";
import { renderScale } from "../../cli/present/scale.ts";
import type { ScaleRow } from "../../operations/scale/show-scale.ts";

export default class ScaleShow extends ApiCommand {
  static override summary = "Show how many machines an app has, where, and how large";
  static override examples = [
    { description: "The app of this folder", command: "<%= config.bin %> scale show" },
    { description: "For scripts", command: "<%= config.bin %> scale show --app my-app --json" },
  ];
  static override flags = { app: appFlag() };

  async run(): Promise<ScaleRow[]> {
    const { flags } = await this.parse(ScaleShow);
    const { app, client, context } = await this.appScopeOf(flags);
    const { showScale } = await import("../../operations/scale/show-scale.ts");
    await client.apps.get(app);
    const rows = showScale(await client.machines.list(app));
    this.print(renderScale(rows, context.terminal.columns));
    if (!this.jsonEnabled())
      for (const note of await declaredNotes(context, app, rows)) context.terminal.writeError(`${note}\n`);
    return rows;
  }
}
