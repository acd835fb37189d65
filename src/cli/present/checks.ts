import type { CheckRow } from "../../operations/checks/list-checks.ts";
import { renderTime } from "../output/fields.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** Health checks as a table. */
export function renderCheckList(app: string, rows: readonly CheckRow[], options: TableOptions): string {
  if (rows.length === 0) return `The machines of app "${app}" have no health checks`;
  return renderTable(
    [
      { header: "NAME", value: (row: CheckRow) => row.name },
      { header: "STATUS", value: (row) => row.status },
      { header: "MACHINE", value: (row) => row.machine },
      { header: "REGION", value: (row) => row.region },
      { header: "UPDATED", value: (row) => renderTime(row.updated_at) },
      { header: "OUTPUT", value: (row) => row.output },
    ],
    rows,
    options,
  );
}
