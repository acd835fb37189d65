import { BaseCommand } from "../cli/base-command.ts";
import { configFlags } from "../cli/flags/config.ts";
import { regionsFlag } from "../cli/flags/region.ts";
import { yesFlag } from "../cli/flags/yes.ts";
import { Args, Flags } from "../cli/oclif.ts";
import { projectDir } from "../cli/project-dir.ts";
import { renderDeployed } from "../cli/present/deploy.ts";
import type { DeployResult } from "../operations/deploy/deploy.ts";

export default class Deploy extends BaseCommand {
  static override summary = "Build the app and run it on the planet";
  static override description =
    "Reads fly.toml, builds the image with Docker, brings the planet up if it is down, and creates or updates one machine for each wanted region. The old version goes on serving until the new one is healthy; when that fails, everything is as before and the error has the exit code and the last lines of the log.";
  static override examples = [
    { description: "The app of this folder, in its primary region", command: "<%= config.bin %> deploy" },
    { description: "In three regions", command: "<%= config.bin %> deploy --regions iad,ams,nrt" },
    { description: "The app of another folder", command: "<%= config.bin %> deploy services/api" },
    { description: "An image that is there already", command: "<%= config.bin %> deploy --image my-app:latest" },
  ];
  static override args = { dir: Args.string({ description: "folder of the app (default: this one)" }) };
  static override flags = {
    app: Flags.string({ char: "a", summary: "Name of the app, instead of the one in fly.toml", helpValue: "NAME" }),
    ...configFlags,
    regions: regionsFlag({ char: "r", summary: "Regions that get a machine (default: primary_region of fly.toml)" }),
    image: Flags.string({ char: "i", summary: "Deploy this image and build nothing", helpValue: "IMAGE" }),
    "wait-timeout": Flags.integer({
      summary: "Seconds that each machine has to become healthy (default: 300)",
      min: 1,
    }),
    force: Flags.boolean({ summary: "Replace machines too that run exactly this already", default: false }),
    yes: yesFlag(),
  };

  async run(): Promise<DeployResult> {
    const { args, flags } = await this.parse(Deploy);
    const context = this.contextFor(flags);
    const [{ deployApp }, { loadAppConfig }] = await Promise.all([
      import("../cli/deploy-context.ts"),
      import("../operations/config/load-app-config.ts"),
    ]);
    const loaded = await loadAppConfig(
      { dir: projectDir(context, args.dir), cwd: context.cwd, configPath: flags.config, overlay: flags.env },
      { files: await context.files() },
    );
    const app = flags.app ?? (context.env["HANGAR_APP"] || context.env["FLY_APP"]);
    const result = await this.withProgress(context, (progress) =>
      deployApp(
        context,
        {
          loaded,
          regions: flags.regions ?? [],
          force: flags.force,
          ...(app === undefined || app === "" ? {} : { app }),
          ...(flags.image === undefined ? {} : { image: flags.image }),
          ...(flags["wait-timeout"] === undefined ? {} : { waitTimeoutMs: flags["wait-timeout"] * 1_000 }),
        },
        this.config.version,
        progress,
      ),
    );
    this.print(renderDeployed(result, context.terminal.columns));
    return result;
  }
}
