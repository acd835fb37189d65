// The part of a fleet that is the same wherever the Machines API is spoken: machines, their leases, and volumes.
import type { MachinesApi } from "../../../client/machines/machines-api.ts";
import type { VolumesApi } from "../../../client/machines/volumes-api.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { PlanVolume } from "../plan/plan-types.ts";
import type { TargetFleet } from "./fleet.ts";

export interface MachinesFleetDeps {
  readonly machines: MachinesApi;
  readonly volumes: VolumesApi;
}

export type MachinesFleet = Pick<
  TargetFleet,
  | "app"
  | "machines"
  | "machine"
  | "create"
  | "update"
  | "start"
  | "destroy"
  | "cordon"
  | "gone"
  | "lease"
  | "releaseLease"
  | "hasVolumes"
  | "volumes"
  | "createVolume"
  | "destroyVolume"
>;

const GONE_MS = 60_000;

/** Whether the error says that the machine is not there. */
const isMissing = (error: unknown): boolean => error instanceof AppError && error.code === "MACHINE_NOT_FOUND";

async function unlessMissing(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export function createMachinesFleet({ machines, volumes }: MachinesFleetDeps, app: string): MachinesFleet {
  return {
    app,
    machines: () => machines.list(app),
    machine: (id) => machines.get(app, id),
    create: (body, key) => machines.create(app, body, key),
    update: (id, body, nonce) => machines.update(app, id, body, nonce),
    start: (id, nonce) => machines.start(app, id, nonce),
    destroy: (id, nonce) => unlessMissing(machines.destroy(app, id, true, nonce)),
    cordon: (id, cordoned, nonce) => machines.cordon(app, id, cordoned, nonce),
    gone: (id) => unlessMissing(machines.wait(app, id, { state: "destroyed", timeoutMs: GONE_MS })),
    lease: async (id, ttlS, nonce) => {
      try {
        return (await machines.takeLease(app, id, ttlS, nonce)).nonce;
      } catch (error) {
        // A path that is not there: an API without leases.
        if (error instanceof AppError && error.code === "NOT_FOUND") return undefined;
        throw error;
      }
    },
    releaseLease: (id, nonce) => machines.releaseLease(app, id, nonce),
    hasVolumes: true,
    volumes: async () => (await volumes.list(app)).map(volumeOf),
    createVolume: async ({ name, region, sizeGb, snapshotRetentionDays, scheduledSnapshots }) => {
      const body = {
        ...{ name, region, size_gb: sizeGb, encrypted: true },
        ...(snapshotRetentionDays === undefined ? {} : { snapshot_retention: snapshotRetentionDays }),
        ...(scheduledSnapshots === undefined ? {} : { auto_backup_enabled: scheduledSnapshots }),
      };
      return (await volumes.create(app, body)).id;
    },
    destroyVolume: (id) => volumes.destroy(app, id),
  };
}

function volumeOf(volume: Awaited<ReturnType<VolumesApi["list"]>>[number]): PlanVolume {
  const { id, name, region, size_gb: sizeGb, attached_machine_id: attachedTo, host_status: host } = volume;
  return {
    ...{ id, name, region, sizeGb },
    ...(attachedTo === undefined || attachedTo === "" ? {} : { attachedTo }),
    reachable: (host ?? "ok") === "ok",
  };
}
