// How large an app is: machines by process group.
import type { Machine } from "../../contract/machine.ts";
import { byGroup } from "./machine-plan.ts";

export interface ScaleRow {
  readonly group: string;
  readonly count: number;
  readonly cpuKind: string;
  readonly cpus: number;
  readonly memoryMb: number;
  /** Machines by region. */
  readonly regions: Readonly<Record<string, number>>;
}

/** One row for each process group. Machines of several sizes are several rows. */
export function showScale(machines: readonly Machine[]): ScaleRow[] {
  return [...byGroup(machines)].flatMap(([group, own]) => {
    const rows = new Map<string, ScaleRow>();
    for (const { config, region } of own) {
      const { cpu_kind: cpuKind = "shared", cpus = 1, memory_mb: memoryMb = 256 } = config.guest ?? {};
      const key = `${cpuKind} ${cpus} ${memoryMb}`;
      const row = rows.get(key) ?? { group, count: 0, cpuKind, cpus, memoryMb, regions: {} };
      rows.set(key, {
        ...row,
        count: row.count + 1,
        regions: { ...row.regions, [region]: (row.regions[region] ?? 0) + 1 },
      });
    }
    return [...rows.values()];
  });
}
