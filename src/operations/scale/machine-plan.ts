// Pure: a plan around steps that are decided elsewhere: what no step touches is kept.
import type { Machine } from "../../contract/machine.ts";
import { DEFAULT_MAX_UNAVAILABLE, DEFAULT_WAIT_MS, type Seen } from "../deploy/change-app.ts";
import { groupOf, isManaged, mountsOf } from "../deploy/plan/managed.ts";
import type { DeployPlan, GroupWish, KeepStep, Question, Step } from "../deploy/plan/plan-types.ts";
import { worldOf } from "../deploy/plan/world.ts";

/** The machines of an app by group, each group sorted by ID. */
export function byGroup(machines: readonly Machine[]): Map<string, Machine[]> {
  const groups = new Map<string, Machine[]>();
  for (const machine of machines.filter(isManaged).toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    groups.set(groupOf(machine), [...(groups.get(groupOf(machine)) ?? []), machine]);
  return new Map([...groups].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What the machines themselves say that is wanted, so that a release can be made of it. */
function wishesOf(machines: readonly Machine[], steps: readonly Step[]): GroupWish[] {
  return [...byGroup(machines)].flatMap(([name, [first]]) => {
    const changed = steps.find((step) => step.op === "update" && step.machine === first?.id);
    const config = changed !== undefined && "config" in changed ? changed.config : first?.config;
    if (config === undefined) return [];
    const { mounts: _mounts, standbys: _standbys, ...rest } = config as typeof config & Record<string, unknown>;
    const mounts = mountsOf(config).map(({ name: volume = "", path }) => ({ name: volume, path, options: {} }));
    return [{ name, config: { ...rest, image: config.image }, sizeGiven: true, mounts }];
  });
}

export function machinePlan(
  app: string,
  seen: Seen,
  steps: readonly Step[],
  questions: readonly Question[],
): DeployPlan {
  const touched = new Set(steps.flatMap((step) => ("machine" in step ? [step.machine] : [])));
  const kept = seen.machines.filter((machine) => isManaged(machine) && !touched.has(machine.id));
  const groups = wishesOf(seen.machines, steps);
  return {
    format: 1,
    app,
    image: groups[0]?.config.image ?? "",
    strategy: "rolling",
    maxUnavailable: DEFAULT_MAX_UNAVAILABLE,
    firstDeploy: false,
    steps: [
      ...steps,
      ...kept.map((machine): KeepStep => ({
        op: "keep",
        machine: machine.id,
        group: groupOf(machine),
        region: machine.region,
        reason: "nothing was said about it",
      })),
    ],
    questions,
    waitTimeoutMs: DEFAULT_WAIT_MS,
    groups,
    world: worldOf(seen.machines, seen.volumes, seen.newest?.version ?? 0),
  };
}
