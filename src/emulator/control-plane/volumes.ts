// Volumes and their snapshots, each a volume of the engine: checks what is wanted and writes it down.
import { createHash } from "node:crypto";
import type { CreateVolume } from "../../contract/volumes.ts";
import { AppError } from "../../errors/app-error.ts";
import { prefixedId, type RandomBytes } from "../model/ids.ts";
import type { PlanetRecord, SnapshotRecord, VolumeRecord } from "../model/records.ts";
import type { Store } from "./store/store.ts";
import type { VolumeConvergence } from "./volume-convergence.ts";

export interface Volumes {
  /** @throws VOLUME_NOT_FOUND */
  get(app: string, id: string): VolumeRecord;
  /** Resolves when it is there, with its content. @throws REGION_UNKNOWN, REQUEST_INVALID, VOLUME_NOT_FOUND */
  create(app: string, body: CreateVolume): Promise<VolumeRecord>;
  update(
    app: string,
    id: string,
    change: { readonly snapshotRetention?: number; readonly autoBackup?: boolean },
  ): VolumeRecord;
  /** @throws REQUEST_INVALID volumes do not shrink */
  extend(app: string, id: string, sizeGb: number): VolumeRecord;
  /** @throws MACHINE_STATE a machine has it */
  destroy(app: string, id: string): Promise<VolumeRecord>;
  /** All of an app that is going, attached or not. */
  destroyAll(app: string): void;
  snapshot(app: string, id: string): Promise<SnapshotRecord>;
  snapshots(app: string, id: string): SnapshotRecord[];
}

export interface VolumesDeps {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly convergence: Pick<VolumeConvergence, "step" | "persist">;
  readonly requireRegion: (code: string) => void;
  readonly now: () => number;
  readonly random: RandomBytes;
}

const DEFAULT_RETENTION_DAYS = 5;

/** Every region is one host, with a name that does not change. */
function zoneOf(region: string): string {
  return createHash("sha256").update(region).digest("hex").slice(0, 4);
}

export function createVolumes(deps: VolumesDeps): Volumes {
  const { planet, store } = deps;
  const { step, persist } = deps.convergence;
  const tables = store.volumes;
  const nowIso = (): string => new Date(deps.now()).toISOString();

  const get = (app: string, id: string): VolumeRecord => {
    const volume = tables.get(id);
    if (volume === undefined || volume.app !== app)
      throw new AppError("VOLUME_NOT_FOUND", `volume not found: "${id.slice(0, 100)}"`);
    return volume;
  };
  const present = (app: string, id: string): VolumeRecord => {
    const volume = get(app, id);
    if (volume.state === "destroying" || volume.state === "destroyed")
      throw new AppError("VOLUME_NOT_FOUND", `volume not found: "${id.slice(0, 100)}"`);
    return volume;
  };

  /** What a new volume is a copy of, with the least size it can have. */
  const sourceOf = (app: string, { snapshot_id: snapshotId, source_volume_id: volumeId }: CreateVolume) => {
    if (volumeId !== undefined && volumeId !== "") {
      const { id, sizeGb, region } = present(app, volumeId);
      return { id, sizeGb, region };
    }
    if (snapshotId === undefined || snapshotId === "") return undefined;
    const snapshot = tables.snapshot(snapshotId);
    const volume = snapshot === undefined ? undefined : tables.get(snapshot.volume);
    if (snapshot === undefined || volume?.app !== app || snapshot.state !== "created")
      throw new AppError("VOLUME_NOT_FOUND", `snapshot not found: "${snapshotId}"`);
    return { id: snapshot.id, sizeGb: snapshot.sizeGb, region: volume.region };
  };

  return {
    get,
    create: async (app, body) => {
      const source = sourceOf(app, body);
      const region = body.region === undefined || body.region === "" ? (source?.region ?? planet.home) : body.region;
      deps.requireRegion(region);
      const sizeGb = body.size_gb ?? source?.sizeGb ?? 1;
      if (source !== undefined && sizeGb < source.sizeGb)
        throw new AppError(
          "REQUEST_INVALID",
          `invalid request: size_gb must be at least ${source.sizeGb}, the size of the source`,
        );
      const at = nowIso();
      const id = prefixedId("vol", deps.random);
      tables.insert({
        ...{ id, app, name: body.name, region, zone: zoneOf(region), sizeGb },
        state: source === undefined ? "creating" : "hydrating",
        encrypted: body.encrypted ?? true,
        fstype: body.fstype ?? "ext4",
        snapshotRetention: body.snapshot_retention ?? DEFAULT_RETENTION_DAYS,
        autoBackup: body.auto_backup_enabled ?? true,
        ...(source === undefined ? {} : { source: source.id }),
        ...{ createdAt: at, updatedAt: at },
      });
      try {
        await step(id);
      } catch (error) {
        tables.update(id, { state: "destroying" }, nowIso());
        persist(id);
        throw error;
      }
      return get(app, id);
    },
    update: (app, id, change) => {
      tables.update(present(app, id).id, change, nowIso());
      return get(app, id);
    },
    extend: (app, id, sizeGb) => {
      const volume = present(app, id);
      if (sizeGb < volume.sizeGb)
        throw new AppError(
          "REQUEST_INVALID",
          `invalid request: volume ${id} has ${volume.sizeGb} GB and cannot shrink`,
        );
      tables.update(id, { sizeGb }, nowIso());
      return get(app, id);
    },
    destroy: async (app, id) => {
      const volume = get(app, id);
      if (volume.state === "destroyed" || volume.state === "destroying") return volume;
      if (volume.machine !== undefined)
        throw new AppError(
          "MACHINE_STATE",
          `failed_precondition: volume ${id} is attached to machine ${volume.machine}`,
        );
      tables.update(id, { state: "destroying" }, nowIso());
      await step(id).catch(() => persist(id));
      return get(app, id);
    },
    destroyAll: (app) => {
      // A volume's snapshots outlive it, but not its app.
      const all = tables.list({ app, destroyed: true });
      const snapshots = all.flatMap(({ id }) => tables.snapshots(id));
      const remaining = all.filter(({ state }) => state !== "destroyed");
      for (const { id } of snapshots) tables.updateSnapshot(id, { state: "destroying" });
      for (const { id } of remaining) tables.update(id, { state: "destroying", machine: null }, nowIso());
      for (const { id } of [...snapshots, ...remaining]) persist(id);
    },
    snapshot: async (app, id) => {
      const volume = present(app, id);
      const snapshot: SnapshotRecord = {
        id: prefixedId("vs", deps.random),
        volume: id,
        state: "waiting",
        bytes: 0,
        sizeGb: volume.sizeGb,
        retentionDays: volume.snapshotRetention,
        createdAt: nowIso(),
      };
      tables.insertSnapshot(snapshot);
      try {
        await step(snapshot.id);
      } catch (error) {
        tables.updateSnapshot(snapshot.id, { state: "destroying" });
        persist(snapshot.id);
        throw error;
      }
      return tables.snapshot(snapshot.id) ?? snapshot;
    },
    snapshots: (app, id) => tables.snapshots(get(app, id).id).filter(({ state }) => state !== "destroying"),
  };
}
