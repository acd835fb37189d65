// How a planet or an app is, as one value.
import type { ControlClient } from "../../client/control-client.ts";
import type { Machine } from "../../contract/machine.ts";
import type { PlanetStatus } from "../../contract/planet.ts";

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
  readonly doors: NonNullable<PlanetStatus["doors"]>;
}

export type StatusReading = PlanetOverview | AppStatus;

export interface ReadStatusDeps {
  readonly client: Pick<ControlClient, "planet" | "apps" | "app" | "machines">;
  readonly httpPort: number;
}

/**
 * Reads the status of an app or, without one, of the whole planet.
 * @throws APP_NOT_FOUND, UNREACHABLE
 */
export async function readStatus(
  input: { readonly app: string | undefined },
  { client, httpPort }: ReadStatusDeps,
): Promise<StatusReading> {
  if (input.app !== undefined) {
    const [app, machines, { doors = [] }] = await Promise.all([
      client.app(input.app),
      client.machines(input.app),
      client.planet(),
    ]);
    return {
      app: { name: app.name, status: app.status, machines: machines.map(machineRow).toSorted(byRegion) },
      url: `http://${app.name}.localhost:${httpPort}`,
      doors: doors.filter((door) => door.app === app.name),
    };
  }
  const [planet, apps] = await Promise.all([client.planet(), client.apps()]);
  const overviews = await Promise.all(
    apps.map(async ({ name, status }) => ({
      name,
      status,
      machines: (await client.machines(name)).map(machineRow).toSorted(byRegion),
    })),
  );
  return {
    planet,
    url: `http://localhost:${httpPort}`,
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
