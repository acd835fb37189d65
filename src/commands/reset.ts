import { BaseCommand } from "../cli/base-command.ts";
import { yesFlag } from "../cli/flags/yes.ts";
import { renderDown } from "../cli/present/planet.ts";
import { AppError } from "../errors/app-error.ts";
import type { DownResult } from "../operations/planet/down.ts";

export default class Reset extends BaseCommand {
  static override summary = "Take the planet down and forget everything in it";
  static override description =
    "As down, and the apps, machines and token of the planet are gone for good. Images that were built stay on the engine.";
  static override examples = [
    { description: "Ask first", command: "<%= config.bin %> reset" },
    { description: "In a script", command: "<%= config.bin %> reset --yes" },
  ];
  static override flags = { yes: yesFlag() };

  async run(): Promise<DownResult> {
    const { flags } = await this.parse(Reset);
    const context = this.contextFor(flags);
    if (!(await this.confirm(context, `Forget all apps and machines of planet "${context.planet}"?`, flags))) {
      throw new AppError("CANCELLED", "Nothing was changed");
    }
    const [{ engineOf, planetAccessDeps }, { down }] = await Promise.all([
      import("../cli/planet-context.ts"),
      import("../operations/planet/down.ts"),
    ]);
    const { runtime } = await engineOf(context);
    const { home } = await planetAccessDeps(context);
    const result = await this.withProgress(context, (progress) => down({ forget: true }, { home, runtime, progress }));
    this.print(renderDown(result));
    return result;
  }
}
