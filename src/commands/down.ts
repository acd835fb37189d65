import { BaseCommand } from "../cli/base-command.ts";
import { renderDown } from "../cli/present/planet.ts";
import type { DownResult } from "../operations/planet/down.ts";

export default class Down extends BaseCommand {
  static override summary = "Take the planet down";
  static override description =
    "Removes the planet's containers, networks and volumes from the Docker engine. Its apps are remembered: the next up brings them back. To forget them too, use reset.";
  static override examples = [
    { description: "The default planet", command: "<%= config.bin %> down" },
    { description: "Another one", command: "<%= config.bin %> down --planet staging" },
  ];

  async run(): Promise<DownResult> {
    const { flags } = await this.parse(Down);
    const context = this.contextFor(flags);
    const [{ engineOf, planetAccessDeps }, { down }] = await Promise.all([
      import("../cli/planet-context.ts"),
      import("../operations/planet/down.ts"),
    ]);
    const { runtime } = await engineOf(context);
    const { home } = await planetAccessDeps(context);
    const result = await this.withProgress(context, (progress) => down({ forget: false }, { home, runtime, progress }));
    this.print(renderDown(result));
    return result;
  }
}
