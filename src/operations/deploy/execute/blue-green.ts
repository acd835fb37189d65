// The blue-green strategy: a whole new set of machines beside the old one, and a switch when all of it is healthy.
import type { Machine } from "../../../contract/machine.ts";
import type { CreateStep, ReplaceStep, UpdateStep } from "../plan/plan-types.ts";
import { greenPool } from "../plan/pool.ts";
import { isService } from "./machine-work.ts";
import { inPool } from "./pool-run.ts";
import type { Run } from "./run.ts";

type Greening = CreateStep | UpdateStep | ReplaceStep;

function hasChecks({ config }: Greening): boolean {
  return (
    Object.keys(config.checks ?? {}).length > 0 || (config.services ?? []).some(({ checks = [] }) => checks.length > 0)
  );
}

/** Groups with checks whose machines are all stopped: one of them is started, so that the version is tried at all. */
function representatives(steps: readonly Greening[]): Set<Greening> {
  const groups = [...new Set(steps.filter(hasChecks).map(({ group }) => group))];
  return new Set(
    groups.flatMap((group) => {
      const own = steps.filter((step) => step.group === group);
      return own.every(({ skipLaunch }) => skipLaunch) ? own.slice(0, 1) : [];
    }),
  );
}

/**
 * Makes the green machines, waits until all are healthy, and puts them into service. The blue ones are doomed then: from
 * there on nothing is taken back.
 */
export async function makeGreens(run: Run): Promise<void> {
  const steps = run.plan.steps.filter(
    (step): step is Greening => step.op === "create" || step.op === "update" || step.op === "replace",
  );
  const started = representatives(steps);
  const greens: { readonly step: Greening; readonly machine: Machine }[] = [];
  const make = async (step: Greening): Promise<void> => {
    const config = run.resolve(step.config);
    const change = {
      config: {
        ...config,
        metadata: { ...config.metadata, fly_bluegreen_deployment_tag: String(run.release.version) },
      },
      skipLaunch: step.skipLaunch && !started.has(step),
      // All become visible together.
      cordoned: isService(config),
      watch: true,
    };
    const machine = await run.work.make(step.region, change, { hidden: true, label: `${step.group}, green` });
    greens.push({ step, machine });
  };
  await inPool(
    steps.filter((step) => step.op !== "create" || step.standbyFor === undefined),
    greenPool(steps.length),
    run.shared,
    make,
  );
  run.shared.signal.throwIfAborted();
  for (const { step, machine } of greens) {
    if (step.op === "create") run.done(step, machine);
    else {
      run.done(step, machine);
      run.doom(step.machine);
    }
  }
  const standbys = steps.filter((step) => step.op === "create" && step.standbyFor !== undefined);
  await inPool(standbys, greenPool(standbys.length), run.shared, async (step) => {
    await make(step);
    const made = greens.at(-1);
    if (made !== undefined) run.done(step, made.machine);
  });
  for (const { step, machine } of greens) {
    const wasCordoned = step.op !== "create" && run.before(step.machine).cordoned;
    if (machine.cordoned === true && !wasCordoned) {
      await run.deps.fleet.cordon(machine.id, false);
      run.done(step, { ...machine, cordoned: false });
    }
  }
}

/** Takes the blue machines out of routing, before they are destroyed. */
export async function retireBlues(doomed: readonly string[], run: Pick<Run, "deps">): Promise<void> {
  const { fleet, clock, nonceOf } = run.deps;
  if (fleet.settleMs > 0) await clock.sleep(fleet.settleMs);
  await Promise.allSettled(doomed.map((id) => fleet.cordon(id, true, nonceOf(id))));
  if (fleet.settleMs > 0) await clock.sleep(fleet.settleMs);
}
