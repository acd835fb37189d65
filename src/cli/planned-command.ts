// What the commands share that change an app by a plan: --dry-run, --yes, the question in between, and the table of a failure.
import { AppError } from "../errors/app-error.ts";
import type { ChangeDeps, Changed, ChangeOptions } from "../operations/deploy/change-app.ts";
import type { DeployPlan, Question } from "../operations/deploy/plan/plan-types.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { TargetName } from "../operations/target/target.ts";
import { ApiCommand } from "./api-command.ts";
import type { Context } from "./context.ts";
import { requireAppName } from "./app-context.ts";
import { type MachinesAccess, steadfastAccess } from "./machines-context.ts";
import { appFlag } from "./flags/app.ts";
import { yesFlag } from "./flags/yes.ts";
import { Flags } from "./oclif.ts";
import { renderChanged, renderFailedFleet, renderPlan } from "./present/deploy.ts";
import { placeOf } from "./target-context.ts";

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
  readonly target?: string | undefined;
  readonly app?: string | undefined;
  readonly "dry-run": boolean;
  readonly yes: boolean;
}

/** What was changed, and where. */
export interface ChangedOn extends Changed {
  readonly target: TargetName;
}

export type Change = (app: string, options: Omit<ChangeOptions, "reason">, deps: ChangeDeps) => Promise<Changed>;

export abstract class PlannedCommand extends ApiCommand {
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
  protected async change(flags: ChangeFlags, change: Change): Promise<ChangedOn> {
    const context = this.contextFor(flags);
    const [app, { changeDeps }, access] = await Promise.all([
      requireAppName(context, flags),
      import("./change-context.ts"),
      steadfastAccess(context, flags.target),
    ]);
    this.announce(context, access.target);
    const result = await this.agreed(context, flags, async (agreed, progress) =>
      change(
        app,
        { ...agreed, dryRun: flags["dry-run"] },
        await changeDeps(context, access, app, this.config.version, progress),
      ),
    );
    this.print(renderChanged(result, placeOf(context, access.target), context.terminal.columns));
    if (!this.jsonEnabled() && !flags["dry-run"]) await this.noteDeclared(context, access, app);
    return { target: access.target.name, ...result };
  }

  /** Says where the app is no longer as fly.toml declares it. */
  private async noteDeclared(context: Context, access: MachinesAccess, app: string): Promise<void> {
    const [{ showScale }, { declaredNotes }] = await Promise.all([
      import("../operations/scale/show-scale.ts"),
      import("./declared-notes.ts"),
    ]);
    const rows = showScale(await access.client.machines.list(app));
    for (const note of await declaredNotes(context, app, rows)) context.terminal.writeError(`${note}\n`);
  }
}
