// Pure: what has to be done so that an app is again as it was before a deploy. It looks at what is there and not at what
// was done, so it is right after a failure, after a Ctrl-C and after a kill at any instant, and doing it twice is harmless.
import type { Machine } from "../../../contract/machine.ts";
import type { Snapshot } from "../../../contract/release.ts";
import { CREATION_KEY } from "../../../contract/creation-key.ts";
import { canonical } from "../plan/canonical.ts";
import { isGone, STANDS_FOR_KEY } from "../plan/managed.ts";

export interface Restoration {
  /** Machines that are gone: made anew in the name of the old ones. */
  readonly recreate: readonly Snapshot[];
  /** Machines that run something else than before. */
  readonly update: readonly { readonly id: string; readonly to: Snapshot; readonly hidden: boolean }[];
  /** Machines that ran before and do not now. */
  readonly start: readonly string[];
  readonly cordon: readonly { readonly id: string; readonly cordoned: boolean }[];
  /** Machines that the deploy made. */
  readonly destroy: readonly string[];
}

/** Whether a machine is to be up: also one that is about to be. */
export function isUp(state: Machine["state"]): boolean {
  return state === "started" || state === "starting" || state === "replacing";
}

/** The machines that a deploy looks after, as they are now. */
export function snapshotOf(machines: readonly Machine[]): Snapshot[] {
  return machines.map(({ id, region, state, cordoned, config }) => ({
    id,
    region,
    up: isUp(state),
    cordoned: cordoned === true,
    config,
  }));
}

/** The configuration without what only says how the machine came to be. */
function textOf({ config }: Pick<Machine, "config">): string {
  const { [STANDS_FOR_KEY]: _standsFor, [CREATION_KEY]: _key, ...metadata } = config.metadata ?? {};
  return canonical({ ...config, metadata });
}

export function planRestoration(
  before: readonly Snapshot[],
  machines: readonly Machine[],
  releaseId: string,
): Restoration {
  const here = machines.filter((machine) => !isGone(machine));
  const nowOf = (snapshot: Snapshot): Machine | undefined =>
    here.find(({ id }) => id === snapshot.id) ??
    here.find(({ config }) => config.metadata?.[STANDS_FOR_KEY] === snapshot.id);
  const pairs = before.map((snapshot) => ({ snapshot, now: nowOf(snapshot) }));
  const kept = new Set(pairs.flatMap(({ now }) => (now === undefined ? [] : [now.id])));
  const present = pairs.flatMap(({ snapshot, now }) => (now === undefined ? [] : [{ snapshot, now }]));
  const update = present.filter(({ snapshot, now }) => textOf(now) !== textOf(snapshot));
  const same = present.filter(({ snapshot, now }) => textOf(now) === textOf(snapshot));
  return {
    recreate: pairs.flatMap(({ snapshot, now }) => (now === undefined ? [snapshot] : [])),
    update: update.map(({ snapshot, now }) => ({
      id: now.id,
      to: snapshot,
      hidden: now.cordoned === true || now.state !== "started",
    })),
    start: same.flatMap(({ snapshot, now }) => (snapshot.up && !isUp(now.state) ? [now.id] : [])),
    cordon: same.flatMap(({ snapshot, now }) =>
      (now.cordoned === true) === snapshot.cordoned ? [] : [{ id: now.id, cordoned: snapshot.cordoned }],
    ),
    destroy: here.flatMap(({ id, config }) =>
      config.metadata?.["fly_release_id"] === releaseId && !kept.has(id) ? [id] : [],
    ),
  };
}

export function isRestored({ recreate, update, start, cordon, destroy }: Restoration): boolean {
  return [recreate, update, start, cordon, destroy].every((list) => list.length === 0);
}
