// Pure: hands the unattached volumes out to the machines of a plan, each once, and notes those that have to be made.
import { AppError } from "../../../errors/app-error.ts";
import type { Mount } from "./managed.ts";
import type { CreateVolumeStep, MountWish, PlanVolume } from "./plan-types.ts";

export interface VolumePool {
  /** A free volume of that name in the machine's region for a machine that exists. @throws VOLUME_NEEDED */
  attach(wish: MountWish, machine: { readonly id: string; readonly region: string }): Mount & Record<string, unknown>;
  /** The same for a new machine; where the pool may make volumes, one is made. @throws VOLUME_NEEDED */
  attachNew(wish: MountWish, group: string, region: string): Mount & Record<string, unknown>;
  /** Volumes to make, in the order in which they were asked for. */
  made(): readonly CreateVolumeStep[];
}

const DEFAULT_SIZE_GB = 1;
const GPU_SIZE_GB = 100;

/** @param create what new volumes are made for; undefined: none are made */
export function createVolumePool(
  volumes: readonly PlanVolume[],
  create:
    | { readonly sizeGb?: number | undefined; readonly gpu: (group: string) => boolean; readonly reason: string }
    | undefined,
): VolumePool {
  const free = volumes.filter(({ attachedTo, reachable }) => attachedTo === undefined && reachable);
  const made: CreateVolumeStep[] = [];
  const take = (name: string, region: string): PlanVolume | undefined => {
    const at = free.findIndex((volume) => volume.name === name && volume.region === region);
    return at < 0 ? undefined : free.splice(at, 1)[0];
  };
  const mount = (wish: MountWish, volume: string): Mount & Record<string, unknown> => ({
    ...wish.options,
    volume,
    path: wish.path,
    name: wish.name,
  });
  return {
    attach: (wish, { id, region }) => {
      const volume = take(wish.name, region);
      if (volume !== undefined) return mount(wish, volume.id);
      throw new AppError(
        "VOLUME_NEEDED",
        `machine ${id} needs an unattached volume named '${wish.name}' in region '${region}'`,
        { suggestions: [`hangar volumes create ${wish.name} --region ${region}`] },
      );
    },
    attachNew: (wish, group, region) => {
      const volume = take(wish.name, region);
      if (volume !== undefined) return mount(wish, volume.id);
      if (create === undefined) {
        throw new AppError(
          "VOLUME_NEEDED",
          `creating a new machine in group '${group}' requires an unattached '${wish.name}' volume in region '${region}'`,
          { suggestions: [`hangar volumes create ${wish.name} --region ${region}`] },
        );
      }
      const key = `volume-${made.length + 1}`;
      const sizeGb = wish.initialSizeGb ?? create.sizeGb ?? (create.gpu(group) ? GPU_SIZE_GB : DEFAULT_SIZE_GB);
      made.push({ op: "create-volume", key, name: wish.name, group, region, sizeGb, reason: create.reason });
      return mount(wish, key);
    },
    made: () => made,
  };
}
