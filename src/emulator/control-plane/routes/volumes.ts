// /v1/apps/{app}/volumes
import { type Context, Hono } from "hono";
import {
  CreateVolumeSchema,
  ExtendVolumeSchema,
  type Snapshot,
  UpdateVolumeSchema,
  type Volume,
} from "../../../contract/volumes.ts";
import type { SnapshotRecord, VolumeRecord } from "../../model/records.ts";
import type { ApiEnv } from "../auth.ts";
import type { Planet } from "../planet.ts";
import { queryFlag, readBody } from "./body.ts";

const GIB = 1024 ** 3;
const BLOCK_BYTES = 4_096;

/** How full it is, in bytes and in blocks of its file system. */
function usageOf(bytesTotal: number, bytesUsed: number): Partial<Volume> {
  const free = Math.max(0, Math.floor((bytesTotal - bytesUsed) / BLOCK_BYTES));
  return {
    bytes_used: bytesUsed,
    block_size: BLOCK_BYTES,
    blocks: bytesTotal / BLOCK_BYTES,
    blocks_free: free,
    blocks_avail: free,
  };
}

/** A volume on the wire. @param bytesUsed absent while nobody knows */
export function viewVolume(volume: VolumeRecord, bytesUsed?: number): Volume {
  const bytesTotal = volume.sizeGb * GIB;
  return {
    id: volume.id,
    name: volume.name,
    // What is removed is gone for good here: the platform keeps it for a day, under this name.
    state: volume.state === "destroying" ? "pending_destroy" : volume.state,
    size_gb: volume.sizeGb,
    region: volume.region,
    zone: volume.zone,
    encrypted: volume.encrypted,
    ...(volume.machine === undefined ? {} : { attached_machine_id: volume.machine }),
    created_at: volume.createdAt,
    snapshot_retention: volume.snapshotRetention,
    auto_backup_enabled: volume.autoBackup,
    fstype: volume.fstype,
    host_status: "ok",
    type: "local",
    bytes_total: bytesTotal,
    ...(bytesUsed === undefined ? {} : usageOf(bytesTotal, bytesUsed)),
  };
}

function viewSnapshot(snapshot: SnapshotRecord): Snapshot {
  return {
    id: snapshot.id,
    size: snapshot.bytes,
    volume_size: snapshot.sizeGb * GIB,
    digest: "",
    created_at: snapshot.createdAt,
    status: snapshot.state,
    retention_days: snapshot.retentionDays,
  };
}

export function volumeRoutes({ planet }: { readonly planet: Planet }): Hono<ApiEnv> {
  const { volumes, machines, store, volumeUsage } = planet;
  const base = "/apps/:app/volumes";
  const appOf = (context: Context): string => {
    const app = context.req.param("app") ?? "";
    machines.requireApp(app);
    return app;
  };
  return new Hono<ApiEnv>()
    .get(base, (context) => {
      const summary = queryFlag(context, "summary");
      const listed = store.volumes.list({ app: appOf(context) });
      return context.json(listed.map((one) => viewVolume(one, summary ? undefined : volumeUsage.known(one.id))));
    })
    .post(base, async (context) => {
      const app = appOf(context);
      return context.json(viewVolume(await volumes.create(app, await readBody(context, CreateVolumeSchema))));
    })
    .get(`${base}/:volume`, async (context) => {
      const volume = volumes.get(appOf(context), context.req.param("volume"));
      return context.json(viewVolume(volume, await volumeUsage.fresh(volume)));
    })
    .put(`${base}/:volume`, async (context) => {
      const app = appOf(context);
      const { snapshot_retention: retention, auto_backup_enabled: backup } = await readBody(
        context,
        UpdateVolumeSchema,
      );
      const change = {
        ...(retention === undefined ? {} : { snapshotRetention: retention }),
        ...(backup === undefined ? {} : { autoBackup: backup }),
      };
      return context.json(viewVolume(volumes.update(app, context.req.param("volume"), change)));
    })
    .delete(`${base}/:volume`, async (context) =>
      context.json(viewVolume(await volumes.destroy(appOf(context), context.req.param("volume")))),
    )
    .put(`${base}/:volume/extend`, async (context) => {
      const app = appOf(context);
      const { size_gb: sizeGb } = await readBody(context, ExtendVolumeSchema);
      const volume = volumes.extend(app, context.req.param("volume"), sizeGb);
      return context.json({ volume: viewVolume(volume), needs_restart: false });
    })
    .get(`${base}/:volume/snapshots`, (context) =>
      context.json(volumes.snapshots(appOf(context), context.req.param("volume")).map(viewSnapshot)),
    )
    .post(`${base}/:volume/snapshots`, async (context) =>
      context.json(viewSnapshot(await volumes.snapshot(appOf(context), context.req.param("volume")))),
    );
}
