// Pure: so many machines of each group, spread over regions.
import type { Machine, MachineConfig } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Seen } from "../deploy/change-app.ts";
import { byAge, mountsOf } from "../deploy/plan/managed.ts";
import type { CreateStep, DeployPlan, DestroyStep, Step } from "../deploy/plan/plan-types.ts";
import { createVolumePool, type VolumePool } from "../deploy/plan/volume-pool.ts";
import { byGroup, machinePlan } from "./machine-plan.ts";

/** What one group is to have: a number, or a change of it. */
export interface WantedCount {
  /** Undefined: the default group. */
  readonly group?: string | undefined;
  readonly count: number;
  readonly relative: boolean;
}

export interface CountOptions {
  /** Regions to scale in; empty: those in use. */
  readonly regions: readonly string[];
  readonly maxPerRegion?: number | undefined;
}

const WORD = /^(?:([^=]+)=)?([+-]?)(\d{1,4})$/u;

/** `3`, `web=3`, `web=+1`, `worker=-2`. @throws USAGE */
export function parseCount(word: string): WantedCount {
  const [, group, sign, digits] = WORD.exec(word) ?? [];
  if (digits === undefined)
    throw new AppError("USAGE", `'${word}' is not a valid process=count option`, {
      suggestions: ["hangar scale count web=3"],
    });
  const count = Number(digits) * (sign === "-" ? -1 : 1);
  return { group, count, relative: sign !== undefined && sign !== "" };
}

function targetOf({ count, relative }: WantedCount, present: number): number {
  const total = relative ? present + count : count;
  if (total >= 0) return total;
  throw new AppError("USAGE", `invalid relative scale count: ${count} of ${present} machines`);
}

/** Machines by region so that they are spread evenly: what is there stays as far as it can. */
export function spread(
  present: ReadonlyMap<string, number>,
  regions: readonly string[],
  total: number,
  max = Infinity,
): Map<string, number> {
  if (regions.length * max < total)
    throw new AppError(
      "USAGE",
      `the number of regions by the maximum machines per region is fewer than the expected total (${regions.length} * ${max} < ${total})`,
    );
  const counts = new Map(regions.map((region) => [region, Math.min(max, present.get(region) ?? 0)]));
  const sum = (): number => [...counts.values()].reduce((a, b) => a + b, 0);
  const pick = (better: (a: number, b: number) => boolean, list: readonly string[]): string =>
    list.reduce((best, region) => (better(counts.get(region) ?? 0, counts.get(best) ?? 0) ? region : best));
  while (sum() < total) {
    const region = pick((a, b) => a < b, regions);
    counts.set(region, (counts.get(region) ?? 0) + 1);
  }
  while (sum() > total) {
    const region = pick((a, b) => a > b, regions.toReversed());
    counts.set(region, (counts.get(region) ?? 0) - 1);
  }
  return counts;
}

/** A machine like the given one: not its standby, and with a volume of its own. */
function cloneOf(machine: Machine, group: string, region: string, key: string, pool: VolumePool): CreateStep {
  const { standbys: _standbys, mounts: _mounts, ...rest } = machine.config as MachineConfig & Record<string, unknown>;
  const mounts = mountsOf(machine.config).map(({ name = "", path }) =>
    pool.attachNew({ name, path, options: {} }, group, region),
  );
  const { FLY_STANDBY_FOR: _standsFor, ...env } = machine.config.env ?? {};
  const config: MachineConfig = {
    ...rest,
    image: machine.config.image,
    ...(machine.config.env === undefined ? {} : { env }),
    ...(mounts.length === 0 ? {} : { mounts }),
  };
  return { op: "create", key, group, region, config, skipLaunch: false, reason: `a copy of ${machine.id}` };
}

function requireGroup(groups: ReadonlyMap<string, readonly Machine[]>, name: string): readonly Machine[] {
  const machines = groups.get(name);
  if (machines !== undefined) return machines;
  const valid = [...groups.keys()].join(" ");
  throw new AppError("USAGE", `Attempting to scale unknown process groups [${name}] but valid names are [${valid}]`, {
    suggestions: ["hangar scale show"],
  });
}

function stepsOf(
  group: string,
  machines: readonly Machine[],
  wanted: WantedCount,
  options: CountOptions,
  pool: VolumePool,
): Step[] {
  const scoped = machines.filter(({ region }) => options.regions.length === 0 || options.regions.includes(region));
  const present = new Map<string, number>();
  for (const { region } of scoped) present.set(region, (present.get(region) ?? 0) + 1);
  const regions = options.regions.length > 0 ? options.regions : [...present.keys()].toSorted();
  const counts = spread(present, regions, targetOf(wanted, scoped.length), options.maxPerRegion);
  const [model] = machines;
  const steps: Step[] = [];
  for (const [region, count] of counts) {
    const own = scoped.filter((machine) => machine.region === region);
    for (let number = own.length; number < count && model !== undefined; number += 1)
      steps.push(cloneOf(model, group, region, `${group}-${steps.length + 1}`, pool));
    steps.push(
      ...own
        .toSorted(byAge)
        .slice(count)
        .map(({ id }): DestroyStep => ({
          op: "destroy",
          machine: id,
          group,
          region,
          reason: `${count} there are enough`,
        })),
    );
  }
  return steps;
}

/**
 * The plan of `scale count`.
 * @throws USAGE, VOLUME_NEEDED; MACHINE_NOT_FOUND where the app has none to make more of
 */
export function planCount(app: string, seen: Seen, wanted: readonly WantedCount[], options: CountOptions): DeployPlan {
  const groups = byGroup(seen.machines);
  const [firstGroup] = groups.keys();
  if (firstGroup === undefined)
    throw new AppError("MACHINE_NOT_FOUND", `${app} has no machines to make more of`, {
      suggestions: ["hangar deploy"],
    });
  const pool = createVolumePool(seen.volumes, { gpu: () => false, reason: "the new machine needs it" });
  const steps = wanted.flatMap((one) => {
    const name = one.group ?? (groups.has("app") ? "app" : firstGroup);
    return stepsOf(name, requireGroup(groups, name), one, options, pool);
  });
  const destroyed = steps.filter(({ op }) => op === "destroy");
  const named = destroyed.map((step) => `${"machine" in step ? step.machine : ""} in ${step.region}`).join(", ");
  return machinePlan(
    app,
    seen,
    [...pool.made(), ...steps],
    destroyed.length === 0
      ? []
      : [{ kind: "count-changed", text: `destroy ${destroyed.length === 1 ? "machine" : "machines"} ${named}` }],
  );
}
