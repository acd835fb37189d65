// Volumes and their snapshots, as rows.
import type { SnapshotRecord, VolumeRecord } from "../../model/records.ts";
import { cell, type Database, type Row } from "./database.ts";

export type VolumeChange = {
  readonly [Key in "state" | "sizeGb" | "snapshotRetention" | "autoBackup"]?: VolumeRecord[Key];
} & {
  /** Null detaches. */
  readonly machine?: string | null;
};

export interface VolumeTables {
  insert(volume: VolumeRecord): void;
  get(id: string): VolumeRecord | undefined;
  /** Destroyed ones only where they are asked for. */
  list(filter?: { readonly app?: string; readonly destroyed?: boolean }): VolumeRecord[];
  ofMachine(machine: string): VolumeRecord[];
  countOf(app: string): number;
  update(id: string, change: VolumeChange, at: string): void;
  /** Forgets all but the newest destroyed ones. */
  prune(keep: number): void;
  insertSnapshot(snapshot: SnapshotRecord): void;
  snapshot(id: string): SnapshotRecord | undefined;
  /** Newest first. */
  snapshots(volume?: string): SnapshotRecord[];
  updateSnapshot(id: string, change: Partial<Pick<SnapshotRecord, "state" | "bytes">>): void;
  dropSnapshot(id: string): void;
}

const COLUMNS: Record<keyof VolumeChange, string> = {
  state: "state",
  sizeGb: "size_gb",
  snapshotRetention: "snapshot_retention",
  autoBackup: "auto_backup",
  machine: "machine",
};

function volumeOf(row: Row): VolumeRecord {
  return {
    id: String(row.id),
    app: String(row.app),
    name: String(row.name),
    region: String(row.region),
    zone: String(row.zone),
    sizeGb: Number(row.size_gb),
    state: row.state as VolumeRecord["state"],
    encrypted: row.encrypted === 1,
    fstype: String(row.fstype),
    snapshotRetention: Number(row.snapshot_retention),
    autoBackup: row.auto_backup === 1,
    createdAt: String(row.created_at),
    updatedAt: String(row.updated_at),
    ...(typeof row.machine === "string" ? { machine: row.machine } : {}),
    ...(typeof row.source === "string" ? { source: row.source } : {}),
  };
}

function snapshotOf(row: Row): SnapshotRecord {
  return {
    id: String(row.id),
    volume: String(row.volume),
    state: row.state as SnapshotRecord["state"],
    bytes: Number(row.bytes),
    sizeGb: Number(row.size_gb),
    retentionDays: Number(row.retention_days),
    createdAt: String(row.created_at),
  };
}

export function volumeTables(db: Database): VolumeTables {
  return {
    insert: (volume) =>
      void db.run(
        "INSERT INTO volumes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ...[volume.id, volume.app, volume.name, volume.region, volume.zone, volume.sizeGb, volume.state],
        ...[cell(volume.encrypted), volume.fstype, volume.snapshotRetention, cell(volume.autoBackup)],
        ...[cell(volume.machine), cell(volume.source), volume.createdAt, volume.updatedAt],
      ),
    get: (id) => {
      const row = db.one("SELECT * FROM volumes WHERE id = ?", id);
      return row === undefined ? undefined : volumeOf(row);
    },
    list: ({ app, destroyed = false } = {}) => {
      const conditions = [...(app === undefined ? [] : ["app = ?"]), ...(destroyed ? [] : ["state <> 'destroyed'"])];
      const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
      return db
        .all(`SELECT * FROM volumes ${where} ORDER BY created_at, id`, ...(app === undefined ? [] : [app]))
        .map(volumeOf);
    },
    ofMachine: (machine) => db.all("SELECT * FROM volumes WHERE machine = ? ORDER BY id", machine).map(volumeOf),
    countOf: (app) =>
      Number(db.one("SELECT count(*) AS n FROM volumes WHERE app = ? AND state <> 'destroyed'", app)?.n),
    update: (id, change, at) => {
      const entries = Object.entries(change).filter(([, value]) => value !== undefined) as [
        keyof VolumeChange,
        unknown,
      ][];
      db.run(
        `UPDATE volumes SET ${[...entries.map(([key]) => `${COLUMNS[key]} = ?`), "updated_at = ?"].join(", ")} WHERE id = ?`,
        ...entries.map(([, value]) => cell(value)),
        at,
        id,
      );
    },
    prune: (keep) =>
      void db.run(
        `DELETE FROM volumes WHERE id IN (
           SELECT id FROM volumes WHERE state = 'destroyed' ORDER BY updated_at DESC LIMIT -1 OFFSET ?)`,
        keep,
      ),
    insertSnapshot: ({ id, volume, state, bytes, sizeGb, retentionDays, createdAt }) =>
      void db.run(
        "INSERT INTO snapshots VALUES (?, ?, ?, ?, ?, ?, ?)",
        ...[id, volume, state, bytes, sizeGb, retentionDays, createdAt],
      ),
    snapshot: (id) => {
      const row = db.one("SELECT * FROM snapshots WHERE id = ?", id);
      return row === undefined ? undefined : snapshotOf(row);
    },
    snapshots: (volume) =>
      (volume === undefined
        ? db.all("SELECT * FROM snapshots ORDER BY created_at DESC, id DESC")
        : db.all("SELECT * FROM snapshots WHERE volume = ? ORDER BY created_at DESC, id DESC", volume)
      ).map(snapshotOf),
    updateSnapshot: (id, { state, bytes }) =>
      void db.run(
        "UPDATE snapshots SET state = coalesce(?, state), bytes = coalesce(?, bytes) WHERE id = ?",
        ...[cell(state), cell(bytes), id],
      ),
    dropSnapshot: (id) => void db.run("DELETE FROM snapshots WHERE id = ?", id),
  };
}
