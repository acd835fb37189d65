// Changes an app that is there by a plan: an earlier deploy that was cut short is ended, the plan is made for what is there
// then, agreed to, and carried out.
import type { Clock } from "../../platform/clock.ts";
import type { ProgressReporter } from "../progress.ts";
import type { Deployer } from "./deploy-types.ts";
import { executePlan, type ExecuteInput } from "./execute/execute-plan.ts";
import { type Fleet, look, type Seen } from "./execute/fleet.ts";
import { recover } from "./execute/recover.ts";
import type { DeployedMachine } from "./execute/run.ts";
import { type CostEstimate, estimateCost } from "./plan/cost.ts";
import type { DeployPlan, Question } from "./plan/plan-types.ts";

export type { Seen } from "./execute/fleet.ts";

/** Milliseconds that a machine has to become healthy, unless something else is said. */
export const DEFAULT_WAIT_MS = 300_000;
/** Share of a group's machines that may be away at a time, unless something else is said. */
export const DEFAULT_MAX_UNAVAILABLE = 0.33;
/** Seconds after which a deploy whose program was killed counts as cut short. */
export const DEFAULT_LEASE_S = 13;

export interface ChangeOptions {
  /** Why there is a new release, such as `scale count web=3`. */
  readonly reason: string;
  /** Somebody agreed to what the plan asks. */
  readonly agreed: boolean;
  /** Only make the plan. */
  readonly dryRun: boolean;
  /** The plan that was agreed to; undefined: one is made. */
  readonly plan?: DeployPlan | undefined;
  readonly digest?: string | undefined;
  readonly execution?: Partial<Pick<ExecuteInput, "onFailure" | "smokeChecks" | "detach" | "leaseTtlS">>;
  readonly waitTimeoutMs?: number;
  readonly maxUnavailable?: number;
}

export interface ChangeDeps {
  readonly fleet: Fleet;
  readonly deployer: () => Promise<Deployer>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
  /** What has to be there before an app gets its first machine. */
  readonly beforeFirstDeploy?: (() => Promise<void>) | undefined;
}

export interface Changed {
  readonly app: string;
  readonly image: string;
  /** Absent where nothing had to change. */
  readonly release?: number;
  /** Of a dry run, and of a change that was not begun because the plan asks something. */
  readonly plan?: DeployPlan;
  readonly cost?: CostEstimate;
  /** What somebody has to agree to first: nothing was done. */
  readonly questions?: readonly Question[];
  readonly machines: readonly DeployedMachine[];
}

/** Ends a deploy of the app that was cut short. @throws DEPLOY_RUNNING */
export function recoverApp(
  options: Pick<ChangeOptions, "execution" | "waitTimeoutMs" | "maxUnavailable">,
  deps: ChangeDeps,
) {
  const { waitTimeoutMs = DEFAULT_WAIT_MS, maxUnavailable = DEFAULT_MAX_UNAVAILABLE, execution } = options;
  return recover({ ttlS: execution?.leaseTtlS ?? DEFAULT_LEASE_S, waitTimeoutMs, maxUnavailable }, deps);
}

function showKept(plan: DeployPlan, progress: ProgressReporter): void {
  for (const step of plan.steps) {
    if (step.op !== "keep") continue;
    progress.start(step.machine, `${step.machine} [${step.group}] in ${step.region}`);
    progress.done(step.machine, "unchanged");
  }
}

/**
 * Carries a plan out that was agreed to, or that asks nothing.
 * @param seen what the plan was made for just now; absent: it is looked again whether it still holds
 * @throws what executePlan throws
 */
export async function applyPlan(
  plan: DeployPlan,
  options: ChangeOptions,
  deps: ChangeDeps,
  seen?: Seen,
): Promise<Changed> {
  const { fleet, clock, signal, progress } = deps;
  if (plan.firstDeploy) await deps.beforeFirstDeploy?.();
  showKept(plan, progress);
  const deployer = await deps.deployer();
  const { release, machines } = await executePlan(
    {
      plan,
      seen,
      provenance: {
        reason: options.reason,
        user: deployer.user,
        program: deployer.program,
        ...(deployer.git === undefined ? {} : { git: deployer.git }),
        ...(options.digest === undefined ? {} : { image_digest: options.digest }),
      },
      onFailure: "roll-back",
      smokeChecks: true,
      detach: false,
      leaseTtlS: DEFAULT_LEASE_S,
      ...options.execution,
    },
    { fleet, clock, signal, progress },
  );
  const { app, image } = plan;
  return { app, image, machines, ...(release === undefined ? {} : { release: release.version }) };
}

/**
 * Makes a plan for what is there and carries it out; only says it where it is a dry run or asks something.
 * @param first tells what is there at the beginning
 * @throws what the planner and executePlan throw; DEPLOY_RUNNING
 */
export async function changeApp(
  make: (seen: Seen) => DeployPlan | Promise<DeployPlan>,
  options: ChangeOptions,
  deps: ChangeDeps,
  first: () => Promise<Seen> = () => look(deps.fleet),
): Promise<Changed> {
  let seen = await first();
  if (!options.dryRun && seen.newest?.status === "running") {
    await recoverApp(options, deps);
    seen = await look(deps.fleet);
  }
  const plan = options.plan ?? (await make(seen));
  const { app, image } = plan;
  if (options.dryRun) return { app, image, plan, cost: estimateCost(plan, seen.machines), machines: [] };
  if (plan.questions.length > 0 && !options.agreed)
    return { app, image, plan, questions: plan.questions, machines: [] };
  return applyPlan(plan, options, deps, options.plan === undefined ? seen : undefined);
}
