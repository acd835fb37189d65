import { BaseCommand } from "../../cli/base-command.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { Args } from "../../cli/oclif.ts";
import { planetAccessDeps } from "../../cli/planet-context.ts";
import { renderDestructionQuestion } from "../../cli/present/apps.ts";
import { requireLocalTarget } from "../../cli/target-context.ts";
import { destroyApp, planAppDestruction } from "../../operations/apps/destroy-app.ts";
import { requirePlanet } from "../../operations/planet/planet-access.ts";

interface AppsDestroyResult {
  readonly app: string;
  /** False where the person said no. */
  readonly destroyed: boolean;
  /** IDs of the machines that went with it. */
  readonly machines: readonly string[];
}

export default class AppsDestroy extends BaseCommand {
  static override summary = "Destroy an app with all its machines";
  static override description = "Waits until the machines are gone. The files of the app's folder stay.";
  static override examples = [
    { description: "After a question", command: "<%= config.bin %> apps destroy my-app" },
    { description: "Without one", command: "<%= config.bin %> apps destroy my-app --yes" },
    { description: "For scripts", command: "<%= config.bin %> apps destroy my-app --yes --json" },
  ];
  static override args = { name: Args.string({ description: "Name of the app", required: true }) };
  static override flags = { yes: yesFlag() };

  async run(): Promise<AppsDestroyResult> {
    const { args, flags } = await this.parse(AppsDestroy);
    const context = this.contextFor(flags);
    await requireLocalTarget(context);
    const { client } = await requirePlanet(await planetAccessDeps(context));
    const destruction = await planAppDestruction(args.name, client);
    if (!(await this.confirm(context, renderDestructionQuestion(destruction), flags))) {
      this.print(`App "${destruction.app}" stays`);
      return { app: destruction.app, destroyed: false, machines: [] };
    }
    await this.withProgress(context, (progress) => destroyApp(destruction, { client, progress }));
    this.print(`Destroyed app "${destruction.app}"`);
    return { app: destruction.app, destroyed: true, machines: destruction.machines.map(({ id }) => id) };
  }
}
