// What the commands share that change an app by a plan: --dry-run, --yes, the question in between, and the table of a failure.
import { AppError } from "../errors/app-error.ts";
import type { ChangeDeps, Changed, ChangeOptions } from "../operations/deploy/change-app.ts";
import type { DeployPlan, Question } from "../operations/deploy/plan/plan-types.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import { BaseCommand } from "./base-command.ts";
import type { Context } from "./context.ts";
import { requireAppName } from "./app-context.ts";
import { requireLocalTarget } from "./target-context.ts";
import { appFlag } from "./flags/app.ts";
import { yesFlag } from "./flags/yes.ts";
import { Flags } from "./oclif.ts";
import { renderChanged, renderFailedFleet, renderPlan } from "./present/deploy.ts";

interface Planned {
  readonly app: string;
  readonly plan?: DeployPlan;
  readonly questions?: readonly Question[];
}

/** Flags of the commands that change an app that is there. */
export const changeFlags = {
  app: appFlag(),
  "dry-run": Flags.boolean({ summary: "Say what would happen; change nothing", default: false }),
  yes: yesFlag(),
};

export interface ChangeFlags {
  readonly planet: string;
  readonly app?: string | undefined;
  readonly "dry-run": boolean;
  readonly yes: boolean;
}

export type Change = (app: string, options: Omit<ChangeOptions, "reason">, deps: ChangeDeps) => Promise<Changed>;

export abstract class PlannedCommand extends BaseCommand {
  /** Does the work; where its plan asks something, the person is asked and it is done again with that plan. */
  protected async agreed<T extends Planned>(
    context: Context,
    flags: { readonly yes: boolean },
    work: (agreed: { readonly agreed: boolean; readonly plan?: DeployPlan }, progress: ProgressReporter) => Promise<T>,
  ): Promise<T> {
    const run = async (agreed: { readonly agreed: boolean; readonly plan?: DeployPlan }): Promise<T> => {
      try {
        return await this.withProgress(context, (progress) => work(agreed, progress));
      } catch (error) {
        const table =
          error instanceof AppError ? renderFailedFleet(error.details, context.terminal.columns) : undefined;
        if (table !== undefined && !this.jsonEnabled()) context.terminal.writeError(`${table}\n\n`);
        throw error;
      }
    };
    const first = await run({ agreed: flags.yes });
    const { plan, questions } = first;
    if (questions === undefined || plan === undefined) return first;
    if (!this.jsonEnabled())
      context.terminal.writeError(`${renderPlan(plan, undefined, context.terminal.columns)}\n\n`);
    if (!(await this.confirm(context, `Do that to ${first.app}?`, flags)))
      throw new AppError("CANCELLED", `Nothing of ${first.app} was changed`);
    return run({ agreed: true, plan });
  }

  /** Changes the app of the folder or of --app. */
  protected async change(flags: ChangeFlags, change: Change): Promise<Changed> {
    const context = this.contextFor(flags);
    await requireLocalTarget(context);
    const [app, { changeDeps }] = await Promise.all([requireAppName(context, flags), import("./change-context.ts")]);
    const result = await this.agreed(context, flags, async (agreed, progress) =>
      change(
        app,
        { ...agreed, dryRun: flags["dry-run"] },
        await changeDeps(context, app, this.config.version, progress),
      ),
    );
    this.print(renderChanged(result, context.terminal.columns));
    if (!this.jsonEnabled() && !flags["dry-run"]) await this.noteDeclared(context, app);
    return result;
  }

  /** Says where the app is no longer as fly.toml declares it. */
  private async noteDeclared(context: Context, app: string): Promise<void> {
    const [{ fleetOf }, { showScale }, { declaredNotes }] = await Promise.all([
      import("./change-context.ts"),
      import("../operations/scale/show-scale.ts"),
      import("./declared-notes.ts"),
    ]);
    const rows = showScale(await (await fleetOf(context, app)).machines());
    for (const note of await declaredNotes(context, app, rows)) context.terminal.writeError(`${note}\n`);
  }
}
