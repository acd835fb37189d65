// The size of an app as text.
import type { ScaleRow } from "../../operations/scale/show-scale.ts";
import { renderTable } from "../output/table.ts";

export function renderScale(rows: readonly ScaleRow[], width: number | undefined): string {
  if (rows.length === 0) return "No machines: hangar deploy";
  return renderTable(
    [
      { header: "GROUP", value: (row: ScaleRow) => row.group },
      { header: "COUNT", value: (row) => String(row.count), align: "right" },
      { header: "KIND", value: (row) => row.cpuKind },
      { header: "CPUS", value: (row) => String(row.cpus), align: "right" },
      { header: "MEMORY", value: (row) => `${row.memoryMb} MB`, align: "right" },
      {
        header: "REGIONS",
        value: (row) =>
          Object.entries(row.regions)
            .toSorted(([a], [b]) => (a < b ? -1 : 1))
            .map(([region, count]) => (count === 1 ? region : `${region}(${count})`))
            .join(","),
      },
    ],
    rows,
    { width },
  );
}
