import { ApiCommand } from "../../cli/api-command.ts";
import { yesFlag } from "../../cli/flags/yes.ts";
import { Args } from "../../cli/oclif.ts";
import { renderDestructionQuestion } from "../../cli/present/apps.ts";
import { placeOf } from "../../cli/target-context.ts";
import type { TargetName } from "../../operations/target/target.ts";
import { destroyApp, planAppDestruction } from "../../operations/apps/destroy-app.ts";

interface AppsDestroyResult {
  readonly target: TargetName;
  readonly app: string;
  /** False where the person said no. */
  readonly destroyed: boolean;
  /** IDs of the machines that went with it. */
  readonly machines: readonly string[];
}

export default class AppsDestroy extends ApiCommand {
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
    const { client, context, target } = await this.scopeOf(flags);
    const place = placeOf(context, target);
    const destruction = await planAppDestruction(args.name, client);
    if (!(await this.confirm(context, renderDestructionQuestion(destruction, place), flags))) {
      this.print(`App "${destruction.app}" stays`);
      return { target: target.name, app: destruction.app, destroyed: false, machines: [] };
    }
    await this.withProgress(context, (progress) => destroyApp(destruction, { api: client, progress }));
    this.print(`Destroyed app "${destruction.app}" ${place}`);
    return {
      target: target.name,
      app: destruction.app,
      destroyed: true,
      machines: destruction.machines.map(({ id }) => id),
    };
  }
}
