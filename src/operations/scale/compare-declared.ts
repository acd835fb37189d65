// Pure: what an app has beside what its configuration declares in [hangar.regions], which the next deploy goes back to.
import type { AppConfig } from "../../project/app-config.ts";
import { declaredCounts } from "../../project/region-counts.ts";
import type { ScaleRow } from "./show-scale.ts";

/** One sentence for each process group that is not as the configuration declares it. */
export function compareDeclared(
  config: Pick<AppConfig, "regionCounts" | "file">,
  rows: readonly Pick<ScaleRow, "group" | "regions">[],
): string[] {
  return [...new Set(rows.map(({ group }) => group))].flatMap((group) => {
    const declared = declaredCounts(config, group);
    if (declared === undefined) return [];
    const present = new Map<string, number>();
    for (const row of rows) {
      if (row.group !== group) continue;
      for (const [region, count] of Object.entries(row.regions))
        present.set(region, (present.get(region) ?? 0) + count);
    }
    const regions = [...new Set([...declared.keys(), ...present.keys()])].toSorted();
    if (regions.every((region) => (declared.get(region) ?? 0) === (present.get(region) ?? 0))) return [];
    return [
      `${config.file} declares ${listOf(declared)} for ${group}, and there is ${listOf(present)}: the next deploy goes back to what is declared`,
    ];
  });
}

function listOf(counts: ReadonlyMap<string, number>): string {
  const some = [...counts].filter(([, count]) => count > 0).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return some.length === 0 ? "nothing" : some.map(([region, count]) => `${region} = ${count}`).join(", ");
}
