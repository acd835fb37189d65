// Files of machines, as people see them.
import type { FileStat } from "../../contract/sessions.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** One line for each, or that there is none. */
export function renderFiles(files: readonly FileStat[], width: TableOptions): string {
  if (files.length === 0) return "The folder is empty";
  return renderTable<FileStat>(
    [
      { header: "MODE", value: ({ mode }) => mode.toString(8).padStart(4, "0") },
      { header: "KIND", value: ({ kind }) => kind },
      { header: "BYTES", value: ({ kind, size }) => (kind === "file" ? String(size) : ""), align: "right" },
      { header: "NAME", value: ({ name }) => name },
    ],
    files,
    width,
  );
}
