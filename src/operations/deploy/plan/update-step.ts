// Pure: what happens to one machine that exists: kept, updated in place, or replaced.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import { sameConfig } from "./canonical.ts";
import { type Mount, mountsOf, standbysOf } from "./managed.ts";
import type { GroupWish, KeepStep, PlanOptions, PlanVolume, ReplaceStep, UpdateStep } from "./plan-types.ts";
import { skipLaunch } from "./skip-launch.ts";
import type { VolumePool } from "./volume-pool.ts";

export interface UpdateContext {
  readonly wish: GroupWish;
  readonly options: Pick<PlanOptions, "force" | "strategy">;
  readonly volumes: readonly PlanVolume[];
  readonly pool: VolumePool;
}

function dedicationOf(config: MachineConfig): unknown {
  return config.guest?.["host_dedication_id"] ?? "";
}

/** The mount of an updated machine, and why it cannot have it in place. */
function remount(
  machine: Machine,
  context: UpdateContext,
): { mounts: (Mount & Record<string, unknown>)[]; replace?: string } {
  const [before] = mountsOf(machine.config);
  const [wish] = context.wish.mounts;
  if (before === undefined && wish === undefined) return { mounts: [] };
  if (wish === undefined) return { mounts: [], replace: "its volume is no longer in the configuration" };
  if (before === undefined)
    return {
      mounts: [context.pool.attach(wish, context.wish.name, machine.region)],
      replace: `it gets the volume "${wish.name}"`,
    };
  const name = before.name ?? context.volumes.find(({ id }) => id === before.volume)?.name;
  const kept = (path: string): Mount & Record<string, unknown> => ({
    ...wish.options,
    volume: before.volume,
    path,
    ...(name === undefined ? {} : { name }),
  });
  // A volume of which nothing is known is left as it is.
  if (name === undefined || name === "") return { mounts: [kept(before.path)] };
  if (name === wish.name) return { mounts: [kept(wish.path)] };
  return {
    mounts: [context.pool.attach(wish, context.wish.name, machine.region)],
    replace: `its volume "${name}" becomes "${wish.name}"`,
  };
}

function newConfig(
  machine: Machine,
  { wish }: UpdateContext,
  mounts: (Mount & Record<string, unknown>)[],
): MachineConfig {
  const standbys = standbysOf(machine.config);
  const staysStandby = standbys.length > 0 && (wish.config.services ?? []).length === 0;
  const standsFor = machine.config.env?.["FLY_STANDBY_FOR"];
  return {
    ...wish.config,
    ...(wish.sizeGiven || machine.config.guest === undefined ? {} : { guest: machine.config.guest }),
    ...(mounts.length === 0 ? {} : { mounts }),
    ...(staysStandby
      ? {
          standbys,
          env: { ...wish.config.env, ...(standsFor === undefined ? {} : { FLY_STANDBY_FOR: standsFor }) },
        }
      : {}),
  };
}

/**
 * The step for a machine whose group stays.
 * @throws DEPLOY_REFUSED where the machine can be neither updated nor replaced
 */
export function stepFor(machine: Machine, context: UpdateContext): UpdateStep | ReplaceStep | KeepStep {
  const { wish, options, volumes } = context;
  const base = { group: wish.name, region: machine.region, machine: machine.id } as const;
  const { mounts, replace: remounted } = remount(machine, context);
  const config = newConfig(machine, context, mounts);
  const [mounted] = mountsOf(machine.config);
  const volume = mounted === undefined ? undefined : volumes.find(({ id }) => id === mounted.volume);
  const moved = dedicationOf(config) !== dedicationOf(machine.config);
  const unreachable = (machine.host_status ?? "ok") !== "ok";
  if (unreachable && mounted !== undefined && volume?.reachable === false) {
    throw new AppError(
      "DEPLOY_REFUSED",
      `machine '${machine.id}' requires manual intervention, it can't be automatically replaced because its volume '${mounted.volume}' is on an unreachable host`,
      { suggestions: [`hangar deploy --exclude-machines ${machine.id}`] },
    );
  }
  if (moved && mounted !== undefined) {
    throw new AppError(
      "DEPLOY_REFUSED",
      `can't relocate machine '${machine.id}' to dedication id '${String(dedicationOf(config))}' because it has an attached volume`,
      { suggestions: [`fork the volume '${mounted.volume}' there first`] },
    );
  }
  const skips = skipLaunch(machine, config);
  const replace = unreachable ? "its host does not answer" : moved ? "it moves to another dedicated host" : remounted;
  if (replace !== undefined) return { op: "replace", ...base, config, skipLaunch: skips, reason: replace };
  if (options.force) return { op: "update", ...base, config, skipLaunch: skips, reason: "it was asked for" };
  if (machine.state === "failed") return { op: "update", ...base, config, skipLaunch: skips, reason: "it is failed" };
  if (sameConfig(machine.config, config)) return { op: "keep", ...base, reason: "it runs exactly this already" };
  const reason =
    machine.config.image === config.image ? "its configuration changes" : `its image was ${machine.config.image}`;
  return { op: "update", ...base, config, skipLaunch: skips, reason };
}
