import { chooseCandidate } from "../cli/choose-candidate.ts";
import { yesFlag } from "../cli/flags/yes.ts";
import { createLaunchDeps } from "../cli/launch-deps.ts";
import { machinesAccess } from "../cli/machines-context.ts";
import { Args, Flags } from "../cli/oclif.ts";
import { PlannedCommand } from "../cli/planned-command.ts";
import { renderLaunched, renderLaunchPlan, renderLaunchQuestion } from "../cli/present/launch-plan.ts";
import { projectDir } from "../cli/project-dir.ts";
import { placeOf, targetOf } from "../cli/target-context.ts";
import type { DeployResult } from "../operations/deploy/deploy.ts";
import { launch, type LaunchedApp, type LaunchResult } from "../operations/launch/launch.ts";
import type { LaunchPlan } from "../operations/launch/launch-plan.ts";
import type { Candidate } from "../operations/launch/scan/detection.ts";

export default class Launch extends PlannedCommand {
  static override summary = "Make a folder deployable, and deploy it";
  static override description = `Looks at the files of the project, without running any of its tools, and shows a plan: what was found, and where. After one confirmation it writes fly.toml, a Dockerfile where there is none, and .dockerignore, and deploys.
An existing fly.toml is used and never changed, and so is an existing Dockerfile or Containerfile. An empty folder gets the template where-am-i.
--yes agrees beforehand; --json without --yes prints the plan and changes nothing. Files that a template needs and that exist with other content stop the launch before anything is written; --force replaces them.
All files are written, or none; a deploy that fails takes them back. With --target fly it deploys to Fly.io, which asks for a second confirmation of what that makes there.`;
  static override examples = [
    {
      description: "A new app in a new folder, without deploying it",
      command: "<%= config.bin %> launch my-app --template where-am-i --no-deploy",
    },
    { description: "The project here, near Amsterdam", command: "<%= config.bin %> launch --region ams" },
    { description: "Without questions, for scripts", command: "<%= config.bin %> launch --yes --json" },
    { description: "To Fly.io", command: "<%= config.bin %> launch --target fly" },
    { description: "Only the plan, for programs", command: "<%= config.bin %> launch --json" },
  ];
  static override args = {
    dir: Args.string({ description: "Folder of the project (default: this one); made if it does not exist" }),
  };
  static override flags = {
    template: Flags.string({ char: "t", summary: "App template; see `hangar templates list`", helpValue: "NAME" }),
    name: Flags.string({ char: "n", summary: "Name of the app (default: from the folder's name)", helpValue: "NAME" }),
    region: Flags.string({ char: "r", summary: "Primary region (default: fly.toml's, or iad)", helpValue: "REGION" }),
    "no-deploy": Flags.boolean({ summary: "Write the files only", default: false }),
    force: Flags.boolean({ summary: "Replace files that the template needs (never fly.toml)", default: false }),
    yes: yesFlag(),
  };

  async run(): Promise<LaunchResult<DeployResult>> {
    const { args, flags } = await this.parse(Launch);
    const context = this.contextFor(flags);
    const target = await targetOf(context, flags.target);
    const [deploy, planOnly] = [!flags["no-deploy"], this.jsonEnabled() && !flags.yes];
    if (deploy) this.announce(context, target);
    // without a token there is nothing to begin
    if (deploy && !planOnly && target.name === "fly") await machinesAccess(context, flags.target);
    const approve = async (plan: LaunchPlan): Promise<boolean> => {
      if (!this.jsonEnabled()) context.terminal.writeError(`${renderLaunchPlan(plan, context.terminal.columns)}\n\n`);
      const question = renderLaunchQuestion(plan, deploy ? target.name : undefined);
      return question === undefined || this.confirm(context, question, flags);
    };
    const deployAfterLaunch = async ({ dir }: LaunchedApp): Promise<DeployResult> => {
      const { deployFolder } = await import("../cli/deploy-context.ts");
      return this.agreed(context, flags, (agreed, progress) =>
        deployFolder(context, target, dir, agreed, this.config.version, progress),
      );
    };
    const choose = async (candidates: readonly Candidate[]): Promise<string | undefined> =>
      this.jsonEnabled() ? undefined : chooseCandidate(context, candidates);
    const deps = await createLaunchDeps(context, { choose, approve, deployAfterLaunch });
    const { template, name, force } = flags;
    const input = { dir: projectDir(context, args.dir), region: flags.region?.toLowerCase() };
    const result = await launch({ ...input, template, name, force, deploy, planOnly }, deps);
    this.print(renderLaunched(result));
    if (result.deployed !== undefined) {
      const { renderDeployed } = await import("../cli/present/deploy.ts");
      this.print(renderDeployed(result.deployed, placeOf(context, target), context.terminal.columns));
    }
    return result;
  }
}
