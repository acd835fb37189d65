import type { IpRow } from "../../operations/ips/describe-ip.ts";
import { renderTime } from "../output/fields.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** The addresses of an app as a table. */
export function renderIpList(app: string, ips: readonly IpRow[], options: TableOptions): string {
  if (ips.length === 0) return `App "${app}" has no addresses: hangar ips allocate-v6`;
  return renderTable(
    [
      { header: "VERSION", value: (row: IpRow) => row.version },
      { header: "IP", value: (row) => row.ip },
      { header: "TYPE", value: (row) => row.type },
      { header: "REGION", value: (row) => row.region },
      { header: "CREATED", value: (row) => renderTime(row.created_at) },
    ],
    ips,
    options,
  );
}

export interface PrivateIpRow {
  readonly machine: string;
  readonly region: string;
  readonly ip: string;
}

/** The private addresses of machines as a table. */
export function renderPrivateIps(rows: readonly PrivateIpRow[], options: TableOptions): string {
  if (rows.length === 0) return "No machines";
  return renderTable(
    [
      { header: "MACHINE", value: (row: PrivateIpRow) => row.machine },
      { header: "REGION", value: (row) => row.region },
      { header: "IP", value: (row) => row.ip },
    ],
    rows,
    options,
  );
}
