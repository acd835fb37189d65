// Pure: (what is there, what is wanted) → the steps of a deploy, each with its reason.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import { canBlueGreen, requireStrategy } from "./strategy-rules.ts";
import { wantedCounts } from "./group-counts.ts";
import { byAge, groupOf, isLeftOver, isManaged, mountsOf } from "./managed.ts";
import type {
  CreateStep,
  DeployPlan,
  DestroyStep,
  GroupWish,
  PlanInput,
  Question,
  ReplaceStep,
  Step,
} from "./plan-types.ts";
import { skipLaunch } from "./skip-launch.ts";
import { stepFor } from "./update-step.ts";
import { createVolumePool, type VolumePool } from "./volume-pool.ts";
import { worldOf } from "./world.ts";

const byId = (a: Machine, b: Machine): number => (a.id < b.id ? -1 : 1);
const plural = (count: number, group: string): string => `${count} "${group}" machine${count === 1 ? "" : "s"}`;

interface Planned {
  readonly steps: readonly Step[];
  readonly questions: readonly Question[];
}

/** Whether the filters of the command let a deploy touch a machine. */
function passes(machine: Machine, { options }: PlanInput): boolean {
  return (
    (options.onlyMachines.length === 0 || options.onlyMachines.includes(machine.id)) &&
    !options.excludeMachines.includes(machine.id) &&
    !options.excludeRegions.includes(machine.region) &&
    (options.processGroups.length === 0 || options.processGroups.includes(groupOf(machine)))
  );
}

/** Whether the deploy is about some machines only: then none are made and none are removed. */
const isPartial = ({ options }: PlanInput): boolean =>
  options.onlyMachines.length > 0 || options.excludeMachines.length > 0;

function creation(
  wish: GroupWish,
  region: string,
  key: string,
  pool: VolumePool,
  reason: string,
  standbyFor?: string,
): CreateStep {
  const mounts = wish.mounts.slice(0, 1).map((mount) => pool.attachNew(mount, wish.name, region));
  const config: MachineConfig = {
    ...wish.config,
    ...(mounts.length === 0 ? {} : { mounts }),
    ...(standbyFor === undefined
      ? {}
      : { standbys: [standbyFor], env: { ...wish.config.env, FLY_STANDBY_FOR: standbyFor } }),
  };
  const base = { op: "create", key, group: wish.name, region, config, reason } as const;
  return {
    ...base,
    skipLaunch: skipLaunch(undefined, config),
    ...(standbyFor === undefined ? {} : { standbyFor }),
  };
}

/** The second machine of a group that got its first: another one for services, a standby for workers, none for volumes. */
function second(wish: GroupWish, first: CreateStep, pool: VolumePool): CreateStep[] {
  if (wish.mounts.length > 0) return [];
  const key = `${wish.name}-2`;
  if ((wish.config.services ?? []).length > 0)
    return [creation(wish, first.region, key, pool, "a group with services gets two machines with --ha")];
  return [creation(wish, first.region, key, pool, "a group without services gets a standby with --ha", first.key)];
}

/** Machines of a group to make and to remove so that its regions have what is wanted. */
function converge(wish: GroupWish, own: readonly Machine[], input: PlanInput, pool: VolumePool): Planned {
  const { options } = input;
  const present = new Map<string, number>();
  for (const { region } of own) present.set(region, (present.get(region) ?? 0) + 1);
  if (isPartial(input) || (options.updateOnly && (own.length === 0 || options.regions.length === 0)))
    return { steps: [], questions: [] };
  const { counts, exact, because } = wantedCounts(wish, present, options);
  const steps: Step[] = [];
  for (const [region, wanted] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    for (let number = present.get(region) ?? 0; number < wanted && !options.updateOnly; number += 1)
      steps.push(creation(wish, region, `${wish.name}-${steps.length + 1}`, pool, because));
  }
  const [first] = steps;
  // A count that the file declares is meant as it is written.
  if (own.length === 0 && options.ha && !exact && steps.length === 1 && first?.op === "create")
    steps.push(...second(wish, first, pool));
  const created = steps.length;
  if (exact) {
    for (const [region, count] of present) {
      const surplus = count - (counts.get(region) ?? 0);
      const leaving = own
        .filter((machine) => machine.region === region)
        .toSorted(byAge)
        .slice(Math.max(0, count - surplus));
      if (surplus <= 0) continue;
      for (const { id } of leaving)
        steps.push({
          op: "destroy",
          machine: id,
          group: wish.name,
          region,
          reason: `the file declares ${counts.get(region) ?? 0} there`,
        });
    }
  }
  const removed = steps.length - created;
  const changes = (exact || options.regionsDeclared) && own.length > 0 && steps.length > 0;
  const parts = [
    ...(created > 0 ? [`create ${plural(created, wish.name)}`] : []),
    ...(removed > 0 ? [`destroy ${plural(removed, wish.name)}`] : []),
  ];
  return {
    steps,
    questions: changes
      ? [
          {
            kind: "count-changed",
            text: `${parts.join(" and ")}: the file declares ${[...counts].map(([region, count]) => `${region}=${count}`).join(" ")}`,
          },
        ]
      : [],
  };
}

function planGroup(wish: GroupWish, machines: readonly Machine[], input: PlanInput, pool: VolumePool): Planned {
  const own = machines.filter((machine) => groupOf(machine) === wish.name).toSorted(byId);
  const { steps, questions } = converge(wish, own, input, pool);
  const leaving = new Set(steps.flatMap((step) => (step.op === "destroy" ? [step.machine] : [])));
  const context = { wish, options: input.options, volumes: input.volumes, pool };
  const updates = own
    .filter((machine) => !leaving.has(machine.id) && passes(machine, input))
    .map((machine) => stepFor(machine, context));
  const detached = updates
    .filter((step): step is ReplaceStep => step.op === "replace")
    .flatMap((step) => detachment(step, own, input));
  return {
    steps: [...steps, ...updates],
    questions: [...questions, ...detached],
  };
}

/** The question about a machine that is replaced by one without its volume; the volume itself stays. */
function detachment({ machine, group, config }: ReplaceStep, own: readonly Machine[], input: PlanInput): Question[] {
  const before = own.find(({ id }) => id === machine);
  const [mounted] = before === undefined ? [] : mountsOf(before.config);
  const kept = mountsOf(config);
  if (mounted === undefined || kept.some(({ volume }) => volume === mounted.volume)) return [];
  const name = mounted.name ?? input.volumes.find(({ id }) => id === mounted.volume)?.name;
  const other = kept[0]?.name === undefined ? "" : `, gets "${kept[0].name}"`;
  const which = name === undefined ? mounted.volume : `"${name}" (${mounted.volume})`;
  return [
    {
      kind: "volume-detached",
      text: `machine ${machine} [${group}] loses its volume ${which}, which the configuration no longer names${other}, and is replaced`,
    },
  ];
}

/** Machines whose group is no longer there, and what interrupted deploys left. */
function removals(managed: readonly Machine[], input: PlanInput): Planned {
  const wanted = new Set(input.groups.map(({ name }) => name));
  const gone = managed.filter((machine) => !wanted.has(groupOf(machine)) && passes(machine, input));
  const partial = isPartial(input) || input.options.processGroups.length > 0;
  const destroyed = (machine: Machine, reason: string): DestroyStep => ({
    op: "destroy",
    machine: machine.id,
    group: groupOf(machine),
    region: machine.region,
    reason,
  });
  const groups = [...new Set(gone.map(groupOf))].toSorted();
  return {
    steps: [
      ...input.machines.filter(isLeftOver).map((machine) => destroyed(machine, "an interrupted deploy left it")),
      ...(partial
        ? []
        : gone.toSorted(byId).map((machine) => destroyed(machine, `the group "${groupOf(machine)}" is gone`))),
    ],
    questions: partial
      ? []
      : groups.map((group) => ({
          kind: "group-removed",
          text: `destroy ${plural(gone.filter((machine) => groupOf(machine) === group).length, group)}: the configuration no longer has the group`,
        })),
  };
}

const ORDER: Readonly<Record<Step["op"], number>> = {
  "create-volume": 0,
  destroy: 1,
  create: 2,
  replace: 3,
  update: 4,
  keep: 5,
};

/**
 * The plan of a deploy.
 * @throws STRATEGY_IMPOSSIBLE, VOLUME_NEEDED, DEPLOY_REFUSED
 */
export function planDeploy(input: PlanInput): DeployPlan {
  const { app, image, options } = input;
  const managed = input.machines.filter(isManaged);
  const firstDeploy = managed.length === 0;
  const chosen = input.groups.filter(
    ({ name }) => options.processGroups.length === 0 || options.processGroups.includes(name),
  );
  const pool = createVolumePool(
    input.volumes,
    firstDeploy || chosen.some(({ counts }) => counts !== undefined) || options.regions.length > 0
      ? {
          sizeGb: options.volumeInitialSizeGb,
          gpu: (group) => chosen.some(({ name, config }) => name === group && config.guest?.["gpu_kind"] !== undefined),
          reason: firstDeploy ? "the first deploy makes the volumes that are missing" : "the new machine needs it",
        }
      : undefined,
  );
  const gone = removals(managed, input);
  const groups = chosen
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((wish) => planGroup(wish, managed, input, pool));
  pool.requireAll();
  const steps = [pool.made(), gone.steps, ...groups.map((group) => group.steps)].flat();
  requireStrategy(options.strategy, chosen, firstDeploy);
  if (options.strategy === "bluegreen" && !firstDeploy) canBlueGreen(managed, steps, chosen);
  const changes = steps.some(({ op }) => op !== "keep");
  return {
    format: 1,
    app,
    image,
    strategy: options.strategy,
    maxUnavailable: options.maxUnavailable,
    firstDeploy,
    // Equal ones stay in the order in which they were planned: groups by name, regions by code, machines by ID.
    steps: steps.toSorted((a, b) => ORDER[a.op] - ORDER[b.op]),
    questions: [...gone.questions, ...groups.flatMap(({ questions }) => questions)],
    ...(input.releaseCommand === undefined || !changes ? {} : { releaseCommand: input.releaseCommand }),
    ...(input.seedCommand === undefined || !firstDeploy ? {} : { seedCommand: input.seedCommand }),
    waitTimeoutMs: input.waitTimeoutMs,
    groups: input.groups,
    world: worldOf(input.machines, input.volumes, input.release),
  };
}
