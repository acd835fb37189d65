// Pure: hands the unattached volumes out to the machines of a plan, each once, and notes those that have to be made.
import { AppError } from "../../../errors/app-error.ts";
import type { Mount } from "./managed.ts";
import type { CreateVolumeStep, MountWish, PlanVolume } from "./plan-types.ts";

export interface VolumePool {
  /** A free volume of that name in the machine's region, for a machine that exists. */
  attach(wish: MountWish, group: string, region: string): Mount & Record<string, unknown>;
  /** The same for a new machine; where the pool may make volumes, one is made. */
  attachNew(wish: MountWish, group: string, region: string): Mount & Record<string, unknown>;
  /** Volumes to make, in the order in which they were asked for. */
  made(): readonly CreateVolumeStep[];
  /** @throws VOLUME_NEEDED where volumes were asked for that are not there, and may not be made: all of a group at once */
  requireAll(): void;
}

const DEFAULT_SIZE_GB = 1;
const GPU_SIZE_GB = 100;

interface Missing {
  readonly group: string;
  readonly name: string;
  readonly region: string;
}

/** @param create what new volumes are made for; undefined: none are made */
export function createVolumePool(
  volumes: readonly PlanVolume[],
  create:
    | { readonly sizeGb?: number | undefined; readonly gpu: (group: string) => boolean; readonly reason: string }
    | undefined,
): VolumePool {
  const free = volumes.filter(({ attachedTo, reachable }) => attachedTo === undefined && reachable);
  const made: CreateVolumeStep[] = [];
  const missing: Missing[] = [];
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
  const attach = (wish: MountWish, group: string, region: string): Mount & Record<string, unknown> => {
    const volume = take(wish.name, region);
    if (volume === undefined) missing.push({ group, name: wish.name, region });
    return mount(wish, volume?.id ?? "");
  };
  return {
    attach,
    attachNew: (wish, group, region) => {
      const volume = take(wish.name, region);
      if (volume !== undefined) return mount(wish, volume.id);
      if (create === undefined) return attach(wish, group, region);
      const { initialSizeGb, snapshotRetentionDays, scheduledSnapshots } = wish;
      const key = `volume-${made.length + 1}`;
      const sizeGb = initialSizeGb ?? create.sizeGb ?? (create.gpu(group) ? GPU_SIZE_GB : DEFAULT_SIZE_GB);
      made.push({
        ...{ op: "create-volume", key, name: wish.name, group, region, sizeGb, reason: create.reason },
        ...(snapshotRetentionDays === undefined ? {} : { snapshotRetentionDays }),
        ...(scheduledSnapshots === undefined ? {} : { scheduledSnapshots }),
      });
      return mount(wish, key);
    },
    made: () => made,
    requireAll: () => {
      const [first] = missing;
      if (first !== undefined) throw volumesNeeded(missing.filter(({ group }) => group === first.group));
    },
  };
}

/** @param missing all of one group; at least one */
function volumesNeeded(missing: readonly Missing[]): AppError {
  const [{ group, name } = { group: "", name: "" }] = missing;
  const counts = [...Map.groupBy(missing, ({ region }) => region)].map(([region, of]) => ({
    region,
    count: of.length,
  }));
  return new AppError(
    "VOLUME_NEEDED",
    `the process group '${group}' needs unattached volumes named '${name}': ${counts.map(({ region, count }) => `${region}=${count}`).join(" ")}`,
    {
      suggestions: counts.map(
        ({ region, count }) =>
          `hangar volumes create ${name} --region ${region}${count === 1 ? "" : ` --count ${count}`}`,
      ),
      details: { group, name, regions: Object.fromEntries(counts.map(({ region, count }) => [region, count])) },
    },
  );
}
