// Volumes and snapshots as text for people.
import type { ApiSnapshot } from "../../client/machines/volumes-api.ts";
import type { Volume } from "../../contract/volumes.ts";
import { renderFields, renderTime } from "../output/fields.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** The volumes of an app as a table. */
export function renderVolumeList(app: string, volumes: readonly Volume[], options: TableOptions): string {
  if (volumes.length === 0) return `App "${app}" has no volumes: hangar volumes create NAME`;
  return renderTable(
    [
      { header: "ID", value: (volume: Volume) => volume.id },
      { header: "NAME", value: (volume) => volume.name },
      { header: "STATE", value: (volume) => volume.state },
      { header: "SIZE", value: (volume) => `${volume.size_gb} GB`, align: "right" },
      { header: "REGION", value: (volume) => volume.region },
      { header: "ENCRYPTED", value: (volume) => (volume.encrypted ? "yes" : "no") },
      { header: "MACHINE", value: (volume) => volume.attached_machine_id ?? "-" },
      { header: "CREATED", value: (volume) => renderTime(volume.created_at) },
    ],
    volumes,
    options,
  );
}

/** All about one volume. */
export function renderVolume(volume: Volume): string {
  return renderFields([
    ["Volume", volume.id],
    ["Name", volume.name],
    ["State", volume.state],
    ["Size", `${volume.size_gb} GB`],
    ["Used", volume.bytes_used === undefined ? undefined : renderBytes(volume.bytes_used)],
    ["Region", volume.region],
    ["Zone", volume.zone],
    ["Encrypted", volume.encrypted ? "yes" : "no"],
    ["Machine", volume.attached_machine_id],
    ["Snapshots", volume.auto_backup_enabled ? `daily, kept ${volume.snapshot_retention} days` : "only by hand"],
    ["Created", renderTime(volume.created_at)],
  ]);
}

/** Snapshots as a table. */
export function renderSnapshots(snapshots: readonly ApiSnapshot[], options: TableOptions): string {
  if (snapshots.length === 0) return "No snapshots";
  return renderTable(
    [
      { header: "ID", value: (snapshot: ApiSnapshot) => snapshot.id },
      { header: "STATUS", value: (snapshot) => snapshot.status ?? "-" },
      { header: "SIZE", value: (snapshot) => renderBytes(snapshot.size), align: "right" },
      { header: "KEPT", value: ({ retention_days: days }) => (days === undefined ? "-" : `${days} days`) },
      { header: "CREATED", value: (snapshot) => renderTime(snapshot.created_at) },
    ],
    snapshots,
    options,
  );
}

/** The question before a volume goes. */
export function renderVolumeQuestion({ id, name, region, size_gb }: Volume): string {
  return `Destroy volume "${name}" (${id}, ${size_gb} GB in ${region}) with all its data?`;
}

function renderBytes(bytes: number | undefined): string {
  if (bytes === undefined) return "-";
  const mib = bytes / 2 ** 20;
  return mib >= 1024 ? `${(mib / 1024).toFixed(1)} GiB` : `${mib.toFixed(1)} MiB`;
}
