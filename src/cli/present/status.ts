// Status as text: of a planet, and of an app.
import type {
  AppOverview,
  AppStatus,
  Doors,
  MachineRow,
  PlanetOverview,
  StatusReading,
} from "../../operations/status/read-status.ts";
import type { Painter } from "../output/color.ts";
import { type Column, renderTable, type TableOptions } from "../output/table.ts";

/** The lines for a reading, whichever it is. */
export function renderStatus(reading: StatusReading, paint: Painter, options: TableOptions): string {
  return "planet" in reading ? renderPlanet(reading, paint, options) : renderApp(reading, paint, options);
}

/** A planet: itself, its parts, its active regions and its apps. */
function renderPlanet({ planet, url, apps }: PlanetOverview, paint: Painter, options: TableOptions): string {
  const active = planet.regions.filter((region) => region.active);
  const title = `Planet ${paint("bold", planet.planet)}: ${paintState(paint, planet.state)}, clients enter at ${planet.home}, ${url}`;
  const components = renderTable(
    [
      { header: "COMPONENT", value: (part: (typeof planet.components)[number]) => part.name },
      { header: "STATE", value: (part) => part.state },
      { header: "WORLD", value: (part) => String(part.worldVersion), align: "right" },
    ],
    planet.components,
    options,
  );
  const regions = renderTable(
    [
      { header: "REGION", value: (region: (typeof active)[number]) => region.code },
      { header: "NAME", value: (region) => region.name },
      { header: "MACHINES", value: (region) => String(region.machines), align: "right" },
    ],
    active,
    options,
  );
  return [title, components, regions, renderApps(apps, options), ...renderDoors(planet.doors ?? [])].join("\n\n");
}

function renderDoors(doors: Doors): string[] {
  return doors.length === 0 ? [] : [doors.map((door) => `${door.app}  ${renderDoor(door)}`).join("\n")];
}

/** A service that clients reach by a port of this machine alone. */
export function renderDoor({ protocol, port, hostPort }: Doors[number]): string {
  const unreached = `not reachable from this machine: hangar up --service-ports ${port}`;
  const place = hostPort === undefined ? unreached : `127.0.0.1:${hostPort}`;
  return `${protocol} ${port}  ${place}`;
}

function renderApp({ app, url, doors }: AppStatus, paint: Painter, options: TableOptions): string {
  const title = [`App ${paint("bold", app.name)}: ${app.status}, ${url}`, ...renderDoors(doors)].join("\n\n");
  if (app.machines.length === 0) return `${title}\n\nIt has no machines: hangar deploy`;
  return `${title}\n\n${renderTable(MACHINE_COLUMNS, app.machines, options)}`;
}

function renderApps(apps: readonly AppOverview[], options: TableOptions): string {
  if (apps.length === 0) return "No apps: hangar launch";
  const rows = apps.flatMap(({ name, machines }): AppRow[] =>
    machines.length === 0 ? [{ app: name }] : machines.map((machine) => ({ app: name, machine })),
  );
  const columns: Column<AppRow>[] = [
    { header: "APP", value: ({ app }) => app },
    ...MACHINE_COLUMNS.map(({ header, value }) => ({
      header,
      value: ({ machine }: AppRow) => (machine === undefined ? "-" : value(machine)),
    })),
  ];
  return renderTable(columns, rows, options);
}

interface AppRow {
  readonly app: string;
  readonly machine?: MachineRow;
}

const MACHINE_COLUMNS: readonly Column<MachineRow>[] = [
  { header: "ID", value: ({ id }) => id },
  { header: "REGION", value: ({ region }) => region },
  { header: "STATE", value: ({ state }) => state },
  { header: "CHECKS", value: ({ checks }) => (checks.total === 0 ? "-" : `${checks.passing}/${checks.total}`) },
  { header: "VERSION", value: ({ version, instanceId }) => version ?? instanceId },
  { header: "UPDATED", value: ({ updatedAt }) => updatedAt.replace(/\.\d+Z$/, "Z") },
];

function paintState(paint: Painter, state: string): string {
  return paint(state === "ready" ? "green" : "yellow", state);
}
