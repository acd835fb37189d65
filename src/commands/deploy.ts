import type { Context } from "../cli/context.ts";
import { deployFlags, type DeployFlags, deployInput } from "../cli/flags/deploy.ts";
import { yesFlag } from "../cli/flags/yes.ts";
import { Args } from "../cli/oclif.ts";
import { PlannedCommand } from "../cli/planned-command.ts";
import { projectDir } from "../cli/project-dir.ts";
import { renderDeployed } from "../cli/present/deploy.ts";
import { placeOf, targetOf } from "../cli/target-context.ts";
import type { DeployInput, DeployResult } from "../operations/deploy/deploy.ts";

export default class Deploy extends PlannedCommand {
  static override summary = "Build the app and run it on the planet, or on Fly.io";
  static override description =
    "Reads fly.toml, builds the image with Docker, brings the planet up if it is down, and creates or updates machines. The old version goes on serving until the new one is healthy; when that fails, everything is as before and the error has the exit code and the last lines of the log. What takes machines or volumes away is asked for first. A deploy that was killed is ended by the next one. On Fly.io the image is pushed to its registry first, and machines run it by its digest.";
  static override examples = [
    { description: "The app of this folder, in its primary region", command: "<%= config.bin %> deploy" },
    { description: "In three regions", command: "<%= config.bin %> deploy --regions iad,ams,nrt" },
    { description: "What would happen", command: "<%= config.bin %> deploy --dry-run" },
    { description: "Plan now, act later", command: "<%= config.bin %> deploy --dry-run --json > plan.json" },
    { description: "Act as planned", command: "<%= config.bin %> deploy --plan plan.json" },
    { description: "All new machines beside the old", command: "<%= config.bin %> deploy --strategy bluegreen" },
    { description: "To Fly.io", command: "<%= config.bin %> deploy --target fly" },
    { description: "An image that is there already", command: "<%= config.bin %> deploy --image my-app:latest" },
  ];
  static override args = { dir: Args.string({ description: "folder of the app (default: this one)" }) };
  static override flags = { ...deployFlags, yes: yesFlag() };

  async run(): Promise<DeployResult> {
    const { args, flags } = await this.parse(Deploy);
    const context = this.contextFor(flags);
    const target = await targetOf(context, flags.target);
    this.announce(context, target);
    const { loadAppConfig } = await import("../operations/config/load-app-config.ts");
    const files = await context.files();
    const dir = projectDir(context, args.dir);
    const loaded = await loadAppConfig(
      { dir, cwd: context.cwd, configPath: flags.config, overlay: flags.env },
      { files },
    );
    const app = flags.app ?? (context.env["HANGAR_APP"] || context.env["FLY_APP"]);
    const input: DeployInput = {
      ...deployInput(flags satisfies DeployFlags, context),
      loaded,
      ...(app === undefined || app === "" ? {} : { app }),
      ...(await this.savedPlan(context, flags.plan)),
    };
    const { deployApp } = await import("../cli/deploy-context.ts");
    const result = await this.agreed(context, flags, (agreed, progress) =>
      deployApp(context, target, { ...input, ...agreed }, this.config.version, progress),
    );
    this.print(renderDeployed(result, placeOf(context, target), context.terminal.columns));
    return result;
  }

  private async savedPlan(context: Context, file: string | undefined): Promise<Pick<DeployInput, "plan">> {
    if (file === undefined) return {};
    const { readSavedPlan } = await import("../cli/saved-plan.ts");
    return { plan: await readSavedPlan(context, file) };
  }
}
