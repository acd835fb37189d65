// A copy of a machine, perhaps in another region. Volumes are not shared: each mount gets a new volume or one that is given.
import type { VolumesApi } from "../../client/machines/volumes-api.ts";
import type { LaunchMachine, Machine, MachineConfig } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { type LaunchDeps, launchMachine } from "./launch-machine.ts";

export interface CloneInput {
  readonly app: string;
  readonly source: Machine;
  readonly region: string;
  readonly name?: string | undefined;
  /** Volume to use for the mount, instead of a new one. */
  readonly attachVolume?: string | undefined;
  /** Snapshot that new volumes start from; "last": the newest of the source's volume. */
  readonly fromSnapshot?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly clearCommand?: boolean;
  readonly clearAutoDestroy?: boolean;
  readonly standbyFor?: readonly string[] | undefined;
  readonly waitMs: number;
}

export interface CloneDeps extends LaunchDeps {
  readonly volumes: Pick<VolumesApi, "get" | "create" | "snapshots" | "destroy">;
}

/**
 * Makes the copy and waits until it runs. New volumes go again where the machine cannot be made.
 * @throws VOLUME_NOT_FOUND, DEADLINE
 */
export async function cloneMachine(input: CloneInput, deps: CloneDeps): Promise<Machine> {
  const made: string[] = [];
  try {
    const mounts = await mountsOf(input, deps, made);
    const config = configOf(input, mounts);
    const body: LaunchMachine = {
      config,
      region: input.region,
      ...(input.name === undefined ? {} : { name: input.name }),
    };
    return await launchMachine({ app: input.app, body, waitMs: input.waitMs }, deps);
  } catch (error) {
    // A machine that was made and only came up late has its volume; the API refuses to take that away.
    for (const id of made) await deps.volumes.destroy(input.app, id).catch(() => undefined);
    throw error;
  }
}

async function mountsOf(
  { app, source, region, attachVolume, fromSnapshot }: CloneInput,
  { volumes, progress }: CloneDeps,
  made: string[],
): Promise<MachineConfig["mounts"]> {
  const mounts = source.config.mounts ?? [];
  if (attachVolume !== undefined) {
    const [mount] = mounts;
    if (mount === undefined)
      throw new AppError(
        "USAGE",
        `Machine ${source.id} mounts no volume, so that there is no place for --attach-volume`,
      );
    return [{ ...mount, volume: attachVolume }, ...mounts.slice(1)];
  }
  const copies: NonNullable<MachineConfig["mounts"]> = [];
  for (const mount of mounts) {
    const original = await volumes.get(app, mount.volume ?? "");
    progress.start("volume", `Making a volume "${original.name}" in ${region}`);
    const snapshot = fromSnapshot === "last" ? await newestSnapshot(app, original.id, volumes) : fromSnapshot;
    const copy = await volumes.create(app, {
      name: original.name,
      region,
      size_gb: original.size_gb,
      encrypted: original.encrypted,
      snapshot_retention: original.snapshot_retention,
      ...(snapshot === undefined ? {} : { snapshot_id: snapshot }),
    });
    made.push(copy.id);
    progress.done("volume", copy.id);
    copies.push({ ...mount, volume: copy.id });
  }
  return copies;
}

async function newestSnapshot(app: string, volume: string, volumes: CloneDeps["volumes"]): Promise<string> {
  const snapshots = await volumes.snapshots(app, volume);
  const [newest] = snapshots.toSorted((a, b) => ((a.created_at ?? "") < (b.created_at ?? "") ? 1 : -1));
  if (newest === undefined) {
    throw new AppError("VOLUME_NOT_FOUND", `Volume ${volume} has no snapshot`, {
      suggestions: [`hangar volumes snapshots create ${volume}`],
    });
  }
  return newest.id;
}

function configOf(input: CloneInput, mounts: MachineConfig["mounts"]): MachineConfig {
  const { mounts: _mounts, standbys: _standbys, init, ...rest } = input.source.config;
  const { cmd, ...program } = init ?? {};
  const kept = input.clearCommand === true ? undefined : (input.command ?? cmd);
  const nextInit = { ...program, ...(kept === undefined ? {} : { cmd: [...kept] }) };
  return {
    ...rest,
    ...(Object.keys(nextInit).length === 0 ? {} : { init: nextInit }),
    ...(mounts === undefined || mounts.length === 0 ? {} : { mounts }),
    ...(input.standbyFor === undefined ? {} : { standbys: [...input.standbyFor] }),
    ...(input.clearAutoDestroy === true ? { auto_destroy: false } : {}),
  };
}
