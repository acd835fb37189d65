// How a planet or an app is, as one value.
import type { AppsApi } from "../../client/machines/apps-api.ts";
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { PlanetClient } from "../../client/planet-client.ts";
import type { Machine } from "../../contract/machine.ts";
import type { PlanetStatus } from "../../contract/planet.ts";
import type { Target } from "../target/target.ts";

/** A machine in a list. */
export interface MachineRow {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly state: Machine["state"];
  readonly checks: { readonly passing: number; readonly total: number };
  /** Number of the release that it runs; undefined where it was made without one. */
  readonly version: string | undefined;
  readonly instanceId: string;
  /** RFC 3339. */
  readonly updatedAt: string;
}

export interface AppOverview {
  readonly name: string;
  readonly status: string;
  readonly machines: readonly MachineRow[];
}

/** What `status` shows without an app. */
export interface PlanetOverview {
  readonly planet: PlanetStatus;
  readonly url: string;
  readonly apps: readonly AppOverview[];
}

/** What `status` shows of an app. */
export interface AppStatus {
  readonly app: AppOverview;
  readonly url: string;
  /** How its services that are not HTTP are reached from this machine. */
  readonly doors: Doors;
}

export type StatusReading = PlanetOverview | AppStatus;

export type Doors = NonNullable<PlanetStatus["doors"]>;

export interface ReadStatusDeps {
  readonly api: {
    readonly apps: Pick<AppsApi, "get" | "list">;
    readonly machines: Pick<MachinesApi, "list">;
  };
  readonly target: Pick<Target, "name">;
  /** @throws TARGET_UNSUPPORTED where the target is no planet */
  readonly planet: () => Pick<PlanetClient, "planet" | "organizations">;
  /** Where an app answers; undefined: where apps without a name of their own do. */
  readonly urlOf: (app?: string) => string;
}

/** How the app's services that are not HTTP by name are reached from this machine. */
export async function doorsOf(client: Pick<PlanetClient, "planet">, app: string): Promise<Doors> {
  return ((await client.planet()).doors ?? []).filter((door) => door.app === app);
}

/**
 * Reads the status of an app or, without one, of the whole planet.
 * @throws APP_NOT_FOUND, UNREACHABLE, TARGET_UNSUPPORTED
 */
export async function readStatus(
  input: { readonly app: string | undefined },
  { api, target, planet: planetOf, urlOf }: ReadStatusDeps,
): Promise<StatusReading> {
  if (input.app !== undefined) {
    const [app, machines, doors] = await Promise.all([
      api.apps.get(input.app),
      api.machines.list(input.app),
      target.name === "local" ? doorsOf(planetOf(), input.app) : [],
    ]);
    return {
      app: { name: app.name, status: app.status, machines: machines.map(machineRow).toSorted(byRegion) },
      url: urlOf(app.name),
      doors,
    };
  }
  const client = planetOf();
  const [planet, organizations] = await Promise.all([client.planet(), client.organizations()]);
  const apps = (await Promise.all(organizations.map(({ slug }) => api.apps.list(slug)))).flat();
  const overviews = await Promise.all(
    apps.map(async ({ name, status }) => ({
      name,
      status,
      machines: (await api.machines.list(name)).map(machineRow).toSorted(byRegion),
    })),
  );
  return {
    planet,
    url: urlOf(),
    apps: overviews.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** A machine of the API as a row. */
export function machineRow(machine: Machine): MachineRow {
  const checks = machine.checks ?? [];
  return {
    id: machine.id,
    name: machine.name,
    region: machine.region,
    state: machine.state,
    checks: { passing: checks.filter(({ status }) => status === "passing").length, total: checks.length },
    version: machine.config.metadata?.["fly_release_version"],
    instanceId: machine.instance_id,
    updatedAt: machine.updated_at,
  };
}

function byRegion(a: MachineRow, b: MachineRow): number {
  return a.region === b.region ? (a.id < b.id ? -1 : 1) : a.region < b.region ? -1 : 1;
}
