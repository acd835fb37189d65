import { ApiCommand } from "../cli/api-command.ts";
import type { Context } from "../cli/context.ts";
import type { DevSession } from "../cli/dev-context.ts";
import { quietInterruption } from "../cli/exit-status.ts";
import { appFlags } from "../cli/flags/app.ts";
import { regionsFlag } from "../cli/flags/region.ts";
import { yesFlag } from "../cli/flags/yes.ts";
import { Args } from "../cli/oclif.ts";
import { projectDir } from "../cli/project-dir.ts";
import { planetOnly, targetOf } from "../cli/target-context.ts";

export default class Dev extends ApiCommand {
  static override summary = "Run the app on the planet and make it follow its files";
  static override description = `Deploys the app, then watches its folder; what .dockerignore leaves out is left out here too. After a change, files that the Dockerfile only copies are put into the machines, whose programs start anew: the first machine alone, then the others. Anything else (the Dockerfile, fly.toml, files that something is made from, files that are removed) is built and rolled out as by deploy. Where the new version does not start, its last lines are shown, and the next change is waited for.
Logs of all regions are shown meanwhile. Machines are not stopped because nobody asks them anything. Programs find HANGAR_DEV=1 in their environment.
Ctrl-C puts everything back: a planet that was down goes down again, an app that was not there is removed, and one that was there runs what it ran, in the same machines. A run that is killed leaves the app as it is; the next deploy sets it right.`;
  static override examples = [
    { description: "The app of this folder", command: "<%= config.bin %> dev" },
    { description: "In three regions", command: "<%= config.bin %> dev --regions iad,ams,nrt" },
    { description: "Another folder", command: "<%= config.bin %> dev ./my-app" },
    { description: "For programs: one JSON object per line", command: "<%= config.bin %> dev --json" },
  ];
  static override args = { dir: Args.string({ description: "folder of the app (default: this one)" }) };
  static override flags = {
    ...appFlags(),
    regions: regionsFlag({ char: "r", summary: "Regions to run in (default: as fly.toml says)" }),
    yes: yesFlag(),
  };

  private unfinished: unknown;

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Dev);
    const context = this.contextFor(flags);
    if ((await targetOf(context, flags.target)).name !== "local") planetOnly();
    const [{ openDev }, { showDevRun }] = await Promise.all([
      import("../cli/dev-context.ts"),
      import("../cli/output/show-dev.ts"),
    ]);
    const input = {
      dir: projectDir(context, args.dir),
      config: flags.config,
      app: flags.app,
      regions: flags.regions ?? [],
      agreed: flags.yes,
      version: this.config.version,
    };
    const session = await this.withProgress(context, (progress) => openDev(context, input, progress));
    try {
      await showDevRun(session, context, {
        json: this.jsonEnabled(),
        withProgress: (work) => this.withProgress(context, work),
      });
    } finally {
      await this.putBack(context, session);
    }
  }

  private async putBack(context: Context, { app, putBack }: DevSession): Promise<void> {
    try {
      const done = await this.withProgress(context, putBack);
      if (this.jsonEnabled()) process.stdout.write(`${JSON.stringify(done)}\n`);
      else this.print(`${app} is ${done.app}, and the planet is ${done.planet}`);
    } catch (error) {
      this.unfinished = error;
    }
  }

  /** The events were printed as they came; there is no value at the end. */
  override logJson(): void {}

  /** Ctrl-C is how it ends; what could not be put back is worse. */
  protected override async catch(thrown: Error): Promise<unknown> {
    if (this.unfinished !== undefined) throw this.unfinished;
    return super.catch(thrown).catch((error: unknown) => {
      throw quietInterruption(error);
    });
  }
}
