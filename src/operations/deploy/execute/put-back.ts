// Takes a deploy back. Nothing interrupts it: half of a rollback is worse than none.
import type { Snapshot } from "../../../contract/release.ts";
import { AppError, asAppError } from "../../../errors/app-error.ts";
import { STANDS_FOR_KEY } from "../plan/managed.ts";
import { warmPool } from "../plan/pool.ts";
import { createMachineWork, type WorkDeps, type WorkOptions } from "./machine-work.ts";
import { createShared, inPool } from "./pool-run.ts";
import { isRestored, planRestoration } from "./restore.ts";

export interface PutBackInput {
  readonly before: readonly Snapshot[];
  readonly release: { readonly id: string; readonly version: number };
  readonly maxUnavailable: number;
  readonly work: Omit<WorkOptions, "stamp">;
}

/** Rounds after which what is still not as before is given up: somebody else changes it. */
const ROUNDS = 3;

/**
 * Makes everything as it was before the deploy.
 * @throws DEPLOY_INCOMPLETE naming the machines that are not
 */
export async function putBack(
  { before, release, maxUnavailable, work: options }: PutBackInput,
  deps: WorkDeps,
): Promise<void> {
  const { fleet, nonceOf } = deps;
  const failures: unknown[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const todo = planRestoration(before, await fleet.machines(), release.id);
    if (isRestored(todo)) return;
    const shared = createShared(new AbortController().signal);
    const work = createMachineWork({ ...options, stamp: {} }, deps, shared.signal);
    const attempt = async (step: () => Promise<unknown>): Promise<void> => {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    };
    const restore = ({ id, to, hidden }: (typeof todo.update)[number]): Promise<void> =>
      attempt(() =>
        work.change(
          { id, cordoned: hidden },
          { config: to.config, skipLaunch: !to.up, cordoned: to.cordoned, watch: true },
        ),
      );
    await Promise.all(todo.cordon.map(({ id, cordoned }) => attempt(() => fleet.cordon(id, cordoned, nonceOf(id)))));
    await Promise.all(todo.start.map((id) => attempt(() => fleet.start(id, nonceOf(id)))));
    await Promise.all([
      ...todo.recreate.map((snapshot) =>
        attempt(() =>
          work.make(
            snapshot.region,
            { config: standIn(snapshot), skipLaunch: !snapshot.up, cordoned: snapshot.cordoned, watch: true },
            { hidden: true },
          ),
        ),
      ),
      // What serves nobody is put back at once, what serves a few at a time.
      ...todo.update.filter(({ hidden }) => hidden).map(restore),
    ]);
    const serving = todo.update.filter(({ hidden }) => !hidden);
    await inPool(serving, warmPool(serving.length, maxUnavailable), shared, restore);
    await attempt(() => work.destroy(todo.destroy));
  }
  const left = planRestoration(before, await fleet.machines(), release.id);
  if (isRestored(left)) return;
  const names = [...left.recreate, ...left.update, ...left.cordon].map(({ id }) => id);
  const [cause] = failures;
  throw new AppError(
    "DEPLOY_INCOMPLETE",
    `The deploy failed, and ${[...new Set([...names, ...left.start, ...left.destroy])].join(", ")} could not be put back to the old version${cause === undefined ? "" : `: ${asAppError(cause).message}`}`,
    { cause, suggestions: ["hangar status", "hangar deploy"] },
  );
}

/** A machine that is gone comes back with another ID; it says whose place it takes. */
function standIn({ id, config }: Snapshot): Snapshot["config"] {
  return { ...config, metadata: { ...config.metadata, [STANDS_FOR_KEY]: id } };
}
