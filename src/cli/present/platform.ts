import type { ApiRegion } from "../../client/machines/platform-api.ts";
import type { SizeRow } from "../../operations/platform/list-sizes.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

export interface RegionsAnswer {
  readonly nearest: string;
  readonly regions: readonly ApiRegion[];
}

/** Regions as the API has them, as a table; the nearest is marked. */
export function renderRegionList(regions: readonly ApiRegion[], nearest: string, options: TableOptions): string {
  return renderTable(
    [
      { header: "CODE", value: (region: ApiRegion) => region.code },
      { header: "NAME", value: (region) => region.name },
      { header: "GATEWAY", value: (region) => (region.gateway_available === true ? "yes" : "no") },
      { header: "", value: (region) => (region.code === nearest ? "nearest" : "") },
    ],
    regions,
    options,
  );
}

/** Sizes of machines as a table. */
export function renderSizes(sizes: readonly SizeRow[], options: TableOptions): string {
  return renderTable(
    [
      { header: "NAME", value: (size: SizeRow) => size.name },
      { header: "CPUS", value: (size) => String(size.cpus), align: "right" },
      { header: "KIND", value: (size) => size.gpu_kind ?? size.cpu_kind },
      { header: "MEMORY", value: (size) => `${size.memory_mb} MB`, align: "right" },
    ],
    sizes,
    options,
  );
}
