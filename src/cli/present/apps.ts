// Apps as text.
import type { AppDestruction } from "../../operations/apps/destroy-app.ts";
import type { AppListing } from "../../operations/apps/list-apps.ts";
import { renderTable, type TableOptions } from "../output/table.ts";

/** The apps of a planet as a table. */
export function renderAppList(apps: readonly AppListing[], options: TableOptions): string {
  if (apps.length === 0) return "No apps: hangar launch";
  return renderTable(
    [
      { header: "NAME", value: (app: AppListing) => app.name },
      { header: "STATUS", value: (app) => app.status },
      { header: "MACHINES", value: (app) => String(app.machines), align: "right" },
      { header: "REGIONS", value: (app) => (app.regions.length === 0 ? "-" : app.regions.join(",")) },
      { header: "URL", value: (app) => app.url },
    ],
    apps,
    options,
  );
}

/** The question before an app is destroyed: names all that goes. */
export function renderDestructionQuestion({ app, machines }: AppDestruction, place: string): string {
  if (machines.length === 0) return `Destroy app "${app}" ${place}? It has no machines.`;
  const named = machines.map(({ id, region }) => `${id} in ${region}`).join(", ");
  return `Destroy app "${app}" and its ${machines.length} ${machines.length === 1 ? "machine" : "machines"} (${named}) ${place}?`;
}
