// Which machine has which volume. A volume belongs to one machine at most, and to one of its own app and region.
import { AppError } from "../../errors/app-error.ts";
import type { MachineConfig } from "../../contract/machine.ts";
import type { VolumeRecord } from "../model/records.ts";
import type { Store } from "../control-plane/store/store.ts";

/**
 * The volumes that a configuration mounts.
 * @throws REQUEST_INVALID a mount names none; VOLUME_NOT_FOUND; MACHINE_STATE another machine has it, or it is not ready
 */
export function mountedVolumes(store: Store, app: string, config: MachineConfig, machine?: string): VolumeRecord[] {
  return (config.mounts ?? []).map((mount) => {
    if (mount.volume === undefined || mount.volume === "") {
      throw new AppError("REQUEST_INVALID", `invalid request: the mount at ${mount.path} names no volume`, {
        suggestions: ["create a volume and name its ID in mounts[].volume"],
      });
    }
    const volume = store.volumes.get(mount.volume);
    if (volume === undefined || volume.app !== app || volume.state === "destroying" || volume.state === "destroyed")
      throw new AppError("VOLUME_NOT_FOUND", `volume not found: "${mount.volume}"`);
    if (volume.state !== "created")
      throw new AppError(
        "MACHINE_STATE",
        `failed_precondition: volume ${volume.id} is not ready, it is ${volume.state}`,
      );
    if (volume.machine !== undefined && volume.machine !== machine) {
      throw new AppError(
        "MACHINE_STATE",
        `failed_precondition: volume ${volume.id} is already attached to machine ${volume.machine}`,
      );
    }
    return volume;
  });
}

/** @throws REQUEST_INVALID a volume is somewhere else */
export function requireRegion(volumes: readonly VolumeRecord[], region: string): void {
  const other = volumes.find((volume) => volume.region !== region);
  if (other === undefined) return;
  throw new AppError(
    "REQUEST_INVALID",
    `invalid request: volume ${other.id} is in region "${other.region}", not in "${region}"`,
  );
}

/** Gives the machine these volumes and takes others from it; part of the caller's transaction. */
export function claimVolumes(store: Store, machine: string, volumes: readonly VolumeRecord[], at: string): void {
  const kept = new Set(volumes.map(({ id }) => id));
  for (const { id } of store.volumes.ofMachine(machine))
    if (!kept.has(id)) store.volumes.update(id, { machine: null }, at);
  for (const { id, machine: holder } of volumes) if (holder !== machine) store.volumes.update(id, { machine }, at);
}
