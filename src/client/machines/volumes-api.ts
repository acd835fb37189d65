// Volumes and their snapshots.
import { z } from "zod";
import {
  type CreateVolume,
  ExtendAnswerSchema,
  type Snapshot,
  SnapshotSchema,
  type Volume,
  VolumeSchema,
} from "../../contract/volumes.ts";
import { pathOf } from "./paths.ts";
import type { Transport } from "./transport.ts";

export interface VolumesApi {
  list(app: string): Promise<Volume[]>;
  get(app: string, id: string): Promise<Volume>;
  /** Also a copy of a volume or of a snapshot, where the body names one. */
  create(app: string, body: CreateVolume): Promise<Volume>;
  update(
    app: string,
    id: string,
    body: { readonly snapshot_retention?: number; readonly auto_backup_enabled?: boolean },
  ): Promise<Volume>;
  /** @returns also whether its machine has to restart to see the new size */
  extend(app: string, id: string, sizeGb: number): Promise<{ volume: Volume; needs_restart: boolean }>;
  destroy(app: string, id: string): Promise<void>;
  snapshots(app: string, id: string): Promise<ApiSnapshot[]>;
  createSnapshot(app: string, id: string): Promise<void>;
}

const ApiSnapshotSchema = SnapshotSchema.partial().required({ id: true });
/** A snapshot as it may still be under way: without what is known at its end. */
export type ApiSnapshot = Partial<Snapshot> & Pick<Snapshot, "id">;

/** The volumes' part of the client. */
export function createVolumesApi(transport: Transport): VolumesApi {
  const at = (app: string, ...rest: readonly string[]): string => pathOf("apps", app, "volumes", ...rest);
  return {
    list: (app) => transport.fetch({ method: "GET", path: at(app) }, z.array(VolumeSchema)),
    get: (app, id) => transport.fetch({ method: "GET", path: at(app, id) }, VolumeSchema),
    create: (app, body) => transport.fetch({ method: "POST", path: at(app), body }, VolumeSchema),
    update: (app, id, body) => transport.fetch({ method: "PUT", path: at(app, id), body }, VolumeSchema),
    extend: (app, id, sizeGb) =>
      transport.fetch({ method: "PUT", path: at(app, id, "extend"), body: { size_gb: sizeGb } }, ExtendAnswerSchema),
    destroy: (app, id) => transport.send({ method: "DELETE", path: at(app, id) }),
    snapshots: (app, id) =>
      transport.fetch({ method: "GET", path: at(app, id, "snapshots") }, z.array(ApiSnapshotSchema)) as Promise<
        ApiSnapshot[]
      >,
    createSnapshot: (app, id) => transport.send({ method: "POST", path: at(app, id, "snapshots"), body: {} }),
  };
}
