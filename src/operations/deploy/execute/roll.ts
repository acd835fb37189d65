// The strategies that change machines where they are: rolling, canary and immediate.
import type { Machine } from "../../../contract/machine.ts";
import { AppError, asAppError } from "../../../errors/app-error.ts";
import { CANARY_KEY, mountsOf } from "../plan/managed.ts";
import type { CreateStep, ReplaceStep, Step, UpdateStep } from "../plan/plan-types.ts";
import { coldPool, MAX_CONCURRENT, warmPool } from "../plan/pool.ts";
import { isService } from "./machine-work.ts";
import { inPool, together } from "./pool-run.ts";
import type { Run } from "./run.ts";

type Changing = UpdateStep | ReplaceStep;

const isChanging = (step: Step): step is Changing => step.op === "update" || step.op === "replace";

/** Makes the machines that are new, those that others stand by for first. */
export async function createNew(run: Run): Promise<void> {
  const steps = run.plan.steps.filter((step): step is CreateStep => step.op === "create");
  const make = async (step: CreateStep): Promise<void> => {
    const config = run.resolve(step.config);
    const change = { config, skipLaunch: step.skipLaunch, cordoned: false, watch: run.watches };
    run.done(step, await run.work.make(step.region, change, { hidden: !run.plan.firstDeploy }));
  };
  const primary = steps.filter(({ standbyFor }) => standbyFor === undefined);
  await inPool(primary, MAX_CONCURRENT, run.shared, make);
  await inPool(
    steps.filter(({ standbyFor }) => standbyFor !== undefined),
    MAX_CONCURRENT,
    run.shared,
    make,
  );
}

/** What the platform says when the host of a machine cannot run its new version. */
const NO_ROOM = /could not reserve resource for machine|deploys to this host are temporarily disabled/i;

const isWithoutRoom = (error: unknown): boolean => error instanceof AppError && NO_ROOM.test(error.message);

async function changeOne(step: Changing, run: Run): Promise<void> {
  const before = run.before(step.machine);
  const config = run.resolve(step.config);
  const tests = run.testsOf(step.group);
  const change = { config, skipLaunch: step.skipLaunch, cordoned: before.cordoned, watch: run.watches, tests };
  if (step.op === "update") {
    try {
      run.done(step, await run.work.change({ ...before, instance_id: run.versionOf(step.machine) }, change));
      return;
    } catch (error) {
      if (!isWithoutRoom(error) || mountsOf(before.config).length > 0 || mountsOf(config).length > 0) throw error;
      // Its host cannot take the new version. Without a volume the machine can as well be another one, on another host.
      if (!before.cordoned) await run.deps.fleet.cordon(step.machine, false, run.deps.nonceOf(step.machine));
    }
  }
  // A volume is attached to one machine only, so the old one has to let go of it first.
  const keepsVolume = mountsOf(before.config).some(({ volume }) =>
    mountsOf(config).some((mount) => mount.volume === volume),
  );
  if (keepsVolume) await run.work.destroy([step.machine]);
  run.done(step, await run.work.make(step.region, change, { hidden: true }));
  run.doom(step.machine);
}

/**
 * Tries the new version on a machine of its own. It serves from when it is healthy until the end, so that an app with a
 * single machine is never without one.
 */
async function tryOut(step: Changing, label: string, run: Run): Promise<Machine> {
  const config = run.resolve(step.config);
  const {
    mounts: _mounts,
    standbys: _standbys,
    ...rest
  } = config as typeof config & {
    mounts?: unknown;
    standbys?: unknown;
  };
  const change = {
    config: { ...rest, metadata: { ...config.metadata, [CANARY_KEY]: "true" } },
    skipLaunch: false,
    cordoned: false,
    watch: true,
    tests: run.testsOf(step.group),
  };
  const machine = await run.work.make(step.region, change, { hidden: true, label: `${step.group}, ${label}` });
  run.doom(machine.id);
  return machine;
}

/** Whether a group has one machine that serves, and would be without any while that changes. */
function isAlone(steps: readonly Changing[], run: Run): boolean {
  const [step] = steps;
  if (step === undefined || !isService(step.config) || mountsOf(step.config).length > 0) return false;
  const joined = run.plan.steps.some((one) => one.op === "create" && one.group === step.group && !one.skipLaunch);
  return !joined && run.serving(step.group) <= 1;
}

async function rollGroup(steps: readonly Changing[], run: Run): Promise<void> {
  const warm = steps.filter(({ machine, skipLaunch }) => run.before(machine).up && !skipLaunch);
  const cold = steps.filter((step) => !warm.includes(step));
  const [first] = warm;
  if (first !== undefined && (run.plan.strategy === "canary" || isAlone(warm, run)))
    await tryOut(first, run.plan.strategy === "canary" ? "canary" : "spare", run);
  const slowly = async (list: readonly Changing[], size: number): Promise<void> => {
    // The first one alone: what is wrong with a version is wrong on one machine then.
    await inPool(list.slice(0, 1), 1, run.shared, (step) => changeOne(step, run));
    await inPool(list.slice(1), size, run.shared, (step) => changeOne(step, run));
  };
  await together(run.shared, [
    () => slowly(warm, warmPool(warm.length, run.plan.maxUnavailable)),
    () => slowly(cold, coldPool(cold.length)),
  ]);
}

/** Most groups that are changed at the same time. */
const PARALLEL_GROUPS = 16;

/** rolling and canary: a group's machines one after the other, or so many at a time. */
export async function rollAll(run: Run): Promise<void> {
  const steps = run.plan.steps.filter(isChanging);
  const groups = [...new Set(steps.map(({ group }) => group))];
  await inPool(groups, PARALLEL_GROUPS, run.shared, (group) =>
    rollGroup(
      steps.filter((step) => step.group === group),
      run,
    ),
  );
}

/** immediate: all at once, without a look at them; every one is tried. @throws the failures as one */
export async function changeAllAtOnce(run: Run): Promise<void> {
  const failures: AppError[] = [];
  await inPool(run.plan.steps.filter(isChanging), MAX_CONCURRENT, run.shared, async (step) => {
    try {
      await changeOne(step, run);
    } catch (error) {
      run.shared.signal.throwIfAborted();
      failures.push(asAppError(error));
    }
  });
  const [first] = failures;
  if (first === undefined) return;
  if (failures.length === 1) throw first;
  throw new AppError(first.code, failures.map(({ message }) => message).join("\n"), {
    cause: first,
    suggestions: first.suggestions,
  });
}
