// Carries a plan out: the new version everywhere, or everything as it was and the error that says why.
import type { Machine } from "../../../contract/machine.ts";
import type { BeginRelease, HeldRelease, Journal } from "../../../contract/release.ts";
import { AppError, asAppError } from "../../../errors/app-error.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { ProgressReporter } from "../../progress.ts";
import { groupOf, isManaged } from "../plan/managed.ts";
import type { CreateVolumeStep, DeployPlan, Step } from "../plan/plan-types.ts";
import { worldChanges, worldOf } from "../plan/world.ts";
import { makeGreens, retireBlues } from "./blue-green.ts";
import { type Fleet, look, type Seen } from "./fleet.ts";
import { type Heartbeat, startHeartbeat } from "./heartbeat.ts";
import { createMachineWork, type WorkDeps } from "./machine-work.ts";
import { createShared } from "./pool-run.ts";
import { putBack } from "./put-back.ts";
import { snapshotOf } from "./restore.ts";
import { changeAllAtOnce, createNew, rollAll } from "./roll.ts";
import { type Action, createRun, type DeployedMachine, type Run } from "./run.ts";
import { commandTask, runTask } from "./run-task.ts";

/** Who deploys, and what for. */
export interface Provenance extends Pick<BeginRelease, "reason" | "user" | "git" | "image_digest"> {
  /** Version of this program. */
  readonly program: string;
}

export interface ExecuteInput {
  readonly plan: DeployPlan;
  /** What the plan was made for just now; undefined for one that was made earlier, and may no longer hold. */
  readonly seen?: Seen | undefined;
  readonly provenance: Provenance;
  /** What is kept of a deploy that fails. */
  readonly onFailure: "roll-back" | "keep";
  readonly smokeChecks: boolean;
  /** Do not look at what was started. */
  readonly detach: boolean;
  /** Seconds that leases are taken for. */
  readonly leaseTtlS: number;
}

export interface ExecuteDeps {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

export interface Executed {
  /** Absent where nothing had to change. */
  readonly release?: { readonly id: string; readonly version: number };
  readonly machines: readonly DeployedMachine[];
}

const ACTIONS: Readonly<Record<Exclude<Step["op"], "create-volume">, Action>> = {
  create: "created",
  update: "updated",
  replace: "replaced",
  keep: "unchanged",
  destroy: "destroyed",
};

function rowOf(step: Step, machine: Machine | undefined): DeployedMachine[] {
  if (step.op === "create-volume" || (machine === undefined && step.op !== "destroy")) return [];
  const base = { group: step.group, region: step.region, action: ACTIONS[step.op] };
  if (machine === undefined)
    return step.op === "destroy" ? [{ id: step.machine, ...base, state: "destroyed", version: "" }] : [];
  // An update for which there was no room has become a replacement.
  const action = step.op === "update" && machine.id !== step.machine ? "replaced" : base.action;
  return [{ id: machine.id, ...base, action, state: machine.state, version: machine.instance_id }];
}

/** What is there now, one row for each machine of the plan; made, changed, or as before. @throws WRONG_VERSION */
async function verify(run: Run): Promise<DeployedMachine[]> {
  const now = new Map((await run.deps.fleet.machines()).map((machine) => [machine.id, machine]));
  return run.plan.steps.flatMap((step) => {
    if (step.op === "keep") return rowOf(step, now.get(step.machine));
    const done = run.results().get(step);
    if (done === undefined) return rowOf(step, undefined);
    const machine = now.get(done.id);
    if (machine?.instance_id !== done.instance_id || machine.config.image !== done.config.image) {
      throw new AppError(
        "WRONG_VERSION",
        `Machine ${done.id} runs ${machine === undefined ? "nothing" : `version ${machine.instance_id}`}, and ${done.instance_id} was deployed to it`,
        { suggestions: ["hangar status", "hangar deploy"] },
      );
    }
    return rowOf(step, machine);
  });
}

async function carryOut(run: Run, stamp: Readonly<Record<string, string>>): Promise<void> {
  const { plan, deps, shared } = run;
  const { releaseCommand, seedCommand } = plan;
  if (releaseCommand !== undefined) await runTask(commandTask("release", releaseCommand), stamp, deps, shared.signal);
  if (seedCommand !== undefined) await runTask(commandTask("seed", seedCommand), stamp, deps, shared.signal);
  for (const step of plan.steps.filter((one): one is CreateVolumeStep => one.op === "create-volume"))
    run.volumes.set(step.key, await deps.fleet.createVolume(step));
  if (plan.strategy === "bluegreen" && !plan.firstDeploy) return makeGreens(run);
  await createNew(run);
  await (plan.strategy === "immediate" ? changeAllAtOnce(run) : rollAll(run));
}

async function takeBack(run: Run, input: ExecuteInput, journal: Journal): Promise<void> {
  const { deps, plan, release } = run;
  deps.progress.log("Taking the deploy back");
  // The answer to the switch may have been lost: who takes over from here must go back too, and not forward.
  await deps.fleet.change(run.release.id, { nonce: run.release.nonce, journal });
  await putBack(
    {
      before: journal.before,
      release,
      maxUnavailable: plan.maxUnavailable,
      work: { waitTimeoutMs: plan.waitTimeoutMs, smokeChecks: input.smokeChecks },
    },
    deps,
  );
  await Promise.allSettled([...run.volumes.values()].map((volume) => deps.fleet.destroyVolume(volume)));
}

/** The error with what became of the machines. */
async function told(error: AppError, run: Run, earlier: readonly Machine[], kept: boolean): Promise<AppError> {
  const machines = (await run.deps.fleet.machines().catch(() => [])).filter(isManaged);
  const same = (machine: Machine): boolean =>
    earlier.some(({ id, instance_id: instance }) => id === machine.id && instance === machine.instance_id);
  return new AppError(error.code, error.message, {
    suggestions: error.suggestions,
    cause: error.cause ?? error,
    details: {
      ...error.details,
      release: run.release.version,
      rolledBack: !kept,
      fleet: machines.map((machine) => ({
        id: machine.id,
        group: groupOf(machine),
        region: machine.region,
        state: machine.state,
        image: machine.config.image,
        outcome: same(machine) ? "as before" : kept ? "changed" : "put back",
      })),
    },
  });
}

async function finish(run: Run, held: HeldRelease, journal: Journal): Promise<DeployedMachine[]> {
  const { fleet } = run.deps;
  const rows = await verify(run);
  const doomed = run.doomed();
  // From here on the deploy goes forward, also when it is cut short.
  await fleet.change(held.id, { nonce: held.nonce, journal: { ...journal, phase: "committed", doomed: [...doomed] } });
  if (run.plan.strategy === "bluegreen") await retireBlues(doomed, run);
  try {
    await run.work.destroy(doomed);
    await fleet.change(held.id, { nonce: held.nonce, status: "complete" });
  } catch (cause) {
    // The release stays open, so that the next deploy finds what is left and ends it.
    throw new Committed(
      new AppError("DEPLOY_INCOMPLETE", `The new version serves, and ${doomed.join(", ")} could not be destroyed`, {
        cause,
        suggestions: ["hangar status", "hangar deploy"],
      }),
    );
  }
  return rows;
}

/** A failure after the switch: nothing is taken back any more. */
class Committed {
  readonly error: AppError;
  constructor(error: AppError) {
    this.error = error;
  }
}

function unchanged(plan: DeployPlan, machines: readonly Machine[]): DeployedMachine[] {
  return plan.steps.flatMap((step) =>
    step.op === "keep"
      ? rowOf(
          step,
          machines.find(({ id }) => id === step.machine),
        )
      : [],
  );
}

/**
 * Carries a plan out.
 * @throws PLAN_STALE before anything changes; DEPLOY_RUNNING; what stopped the deploy, when everything is as before;
 * DEPLOY_INCOMPLETE when that failed too
 */
export async function executePlan(input: ExecuteInput, deps: ExecuteDeps): Promise<Executed> {
  const { plan, provenance } = input;
  const { fleet, clock } = deps;
  const { machines, volumes, newest } = input.seen ?? (await look(fleet));
  const changes = worldChanges(plan.world, worldOf(machines, volumes, newest?.version ?? 0));
  if (changes.length > 0) {
    throw new AppError("PLAN_STALE", `${plan.app} is not as it was when the plan was made: ${changes.join(", ")}`, {
      suggestions: ["make a new plan: hangar deploy --dry-run"],
      details: { changes },
    });
  }
  if (plan.steps.every(({ op }) => op === "keep")) return { machines: unchanged(plan, machines) };

  const journal: Journal = { before: snapshotOf(machines.filter(isManaged)), phase: "working", doomed: [] };
  const { program, ...who } = provenance;
  const held = await fleet.begin({
    ...who,
    strategy: plan.strategy,
    image: plan.image,
    definition: { groups: plan.groups, waitTimeoutMs: plan.waitTimeoutMs, maxUnavailable: plan.maxUnavailable },
    journal,
    ttl_s: input.leaseTtlS,
    // What was seen may be old by now: a deploy that has ended meanwhile has changed it.
    after: plan.world.release,
  });
  const heartbeat = startHeartbeat({ release: held, ttlS: input.leaseTtlS }, fleet, clock);
  try {
    return await underLease(input, deps, { machines, journal, held, heartbeat, program });
  } finally {
    await heartbeat.end();
  }
}

interface Leased {
  readonly machines: readonly Machine[];
  readonly journal: Journal;
  readonly held: HeldRelease;
  readonly heartbeat: Heartbeat;
  readonly program: string;
}

async function underLease(input: ExecuteInput, deps: ExecuteDeps, leased: Leased): Promise<Executed> {
  const { plan } = input;
  const { machines, journal, held, heartbeat, program } = leased;
  const { fleet, clock, progress, signal } = deps;
  const work: WorkDeps = { fleet, clock, progress, nonceOf: heartbeat.nonceOf };
  const shared = createShared(AbortSignal.any([signal, heartbeat.lost]));
  const stamp = {
    fly_release_id: held.id,
    fly_release_version: String(held.version),
    fly_flyctl_version: program,
  };
  const options = { waitTimeoutMs: plan.waitTimeoutMs, smokeChecks: input.smokeChecks, stamp };
  const run = createRun(
    { plan, release: held, machines, before: journal.before, watches: !input.detach && plan.strategy !== "immediate" },
    work,
    shared,
    createMachineWork(options, work, shared.signal),
  );
  const end = (status: "failed" | "interrupted", error: string): Promise<unknown> =>
    fleet.change(held.id, { nonce: held.nonce, status, error: error.slice(0, 4_000) });
  try {
    await heartbeat.take(plan.steps.flatMap((step) => ("machine" in step && step.op !== "keep" ? [step.machine] : [])));
    await carryOut(run, stamp);
    const rows = await finish(run, held, journal);
    return { release: { id: held.id, version: held.version }, machines: rows };
  } catch (thrown) {
    heartbeat.lost.throwIfAborted();
    if (thrown instanceof Committed) throw thrown.error;
    const error = asAppError(thrown);
    const kept = input.onFailure === "keep" && error.code !== "CANCELLED";
    if (kept) await showAll(run, journal);
    else await takeBack(run, input, journal);
    await end(error.code === "CANCELLED" ? "interrupted" : "failed", error.message);
    throw await told(error, run, machines, kept);
  }
}

/** Where what failed is kept, no machine stays out of the edge's sight that was not so before. */
async function showAll({ deps }: Run, { before }: Journal): Promise<void> {
  const hidden = (await deps.fleet.machines()).filter(
    ({ id, cordoned }) => cordoned === true && before.some((one) => one.id === id && !one.cordoned),
  );
  await Promise.allSettled(hidden.map(({ id }) => deps.fleet.cordon(id, false, deps.nonceOf(id))));
}
