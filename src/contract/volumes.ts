// Wire shapes of volumes and their snapshots.
import { z } from "zod";
import { GuestConfigSchema } from "./machine-config.ts";

export const MAX_VOLUME_GB = 500;
const sizeGb = z.int().min(1).max(MAX_VOLUME_GB);
const retention = z.int().min(1).max(60);

export const VolumeSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  state: z.string(),
  size_gb: z.int(),
  region: z.string(),
  zone: z.string(),
  encrypted: z.boolean(),
  /** Absent while no machine has it. */
  attached_machine_id: z.string().optional(),
  created_at: z.string(),
  snapshot_retention: z.int(),
  auto_backup_enabled: z.boolean(),
  fstype: z.string(),
  host_status: z.string().optional(),
  bytes_total: z.int().optional(),
  /** Absent where nobody has measured it yet, as the blocks are. */
  bytes_used: z.int().optional(),
  block_size: z.int().optional(),
  blocks: z.int().optional(),
  blocks_free: z.int().optional(),
  blocks_avail: z.int().optional(),
});
export type Volume = z.infer<typeof VolumeSchema>;

export const CreateVolumeSchema = z.looseObject({
  name: z.string().regex(/^[a-z0-9_]{1,30}$/, "must be lower-case letters, digits and underscores, at most 30"),
  region: z.string().max(100).optional(),
  size_gb: sizeGb.optional(),
  encrypted: z.boolean().optional(),
  require_unique_zone: z.boolean().optional(),
  unique_zone_app_wide: z.boolean().optional(),
  snapshot_retention: retention.optional(),
  auto_backup_enabled: z.boolean().optional(),
  fstype: z.enum(["ext4", "raw"]).optional(),
  snapshot_id: z.string().max(100).optional(),
  source_volume_id: z.string().max(100).optional(),
  compute: GuestConfigSchema.optional(),
  compute_image: z.string().max(512).optional(),
});
export type CreateVolume = z.infer<typeof CreateVolumeSchema>;

export const UpdateVolumeSchema = z.looseObject({
  snapshot_retention: retention.optional(),
  auto_backup_enabled: z.boolean().optional(),
});

export const ExtendVolumeSchema = z.looseObject({ size_gb: sizeGb });
export const ExtendAnswerSchema = z.object({ volume: VolumeSchema, needs_restart: z.boolean() });

export const SnapshotSchema = z.looseObject({
  id: z.string(),
  /** Bytes that its files take. */
  size: z.int(),
  /** Bytes of the volume. */
  volume_size: z.int(),
  digest: z.string(),
  created_at: z.string(),
  status: z.string(),
  retention_days: z.int(),
});
export type Snapshot = z.infer<typeof SnapshotSchema>;
