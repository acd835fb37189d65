// The clients of the target that a command acts on: a planet's, or the platform's own.
import type { MachinesClient } from "../client/machines-client.ts";
import type { LogOptions, PlanetClient } from "../client/planet-client.ts";
import type { SessionsClient } from "../client/sessions-client.ts";
import type { TunnelsClient } from "../client/tunnels-client.ts";
import type { TransportOptions } from "../client/machines/transport.ts";
import type { LogEntry } from "../contract/planet.ts";
import type { TargetFleet } from "../operations/deploy/execute/fleet.ts";
import { createPlanetFleet } from "../operations/deploy/execute/planet-fleet.ts";
import type { Target } from "../operations/target/target.ts";
import type { Context } from "./context.ts";
import { planetAccessDeps } from "./planet-context.ts";
import { targetOf } from "./target-context.ts";

export interface MachinesAccess {
  readonly target: Target;
  readonly client: MachinesClient;
  /** What only a planet can do. @throws TARGET_UNSUPPORTED on another target */
  readonly planet: () => PlanetClient;
  /** Where an app answers; without a name, where a planet's edge does. */
  readonly urlOf: (app?: string) => string;
  readonly logs: (app: string, options: LogOptions, signal: AbortSignal) => AsyncGenerator<LogEntry>;
  /** Streams into machines. @throws TARGET_UNSUPPORTED on another target */
  readonly sessions: () => Promise<SessionsClient>;
  /** Connections into the private network. @throws TARGET_UNSUPPORTED on another target */
  readonly tunnels: () => Promise<TunnelsClient>;
  /** Organizations whose apps the caller can see. */
  readonly organizations: () => Promise<readonly string[]>;
  /** The app as deploys see it. @param version of this program */
  readonly fleetOf: (app: string, version: string) => TargetFleet;
}

/**
 * Clients for the target in force.
 * @param flag value of --target
 * @throws USAGE; PLANET_DOWN; SIGNED_OUT
 */
export async function machinesAccess(context: Context, flag: string | undefined): Promise<MachinesAccess> {
  const target = await targetOf(context, flag);
  if (target.name === "local") return planetMachinesAccess(context, target);
  const { flyAccess } = await import("./fly-context.ts");
  return flyAccess(context, target);
}

/** The same for what has to go on when the command is interrupted, to take back what it did. */
export function steadfastAccess(context: Context, flag: string | undefined): Promise<MachinesAccess> {
  return machinesAccess({ ...context, signal: new AbortController().signal }, flag);
}

async function planetMachinesAccess(context: Context, target: Target): Promise<MachinesAccess> {
  const [deps, { requirePlanet }, { httpFetch }] = await Promise.all([
    planetAccessDeps(context),
    import("../operations/planet/planet-access.ts"),
    import("../platform/http-fetch.ts"),
  ]);
  const { api, client, httpPort, controlPort } = await requirePlanet(deps);
  const transportOf = async (): Promise<TransportOptions> => ({
    ...{ fetch: httpFetch, clock: context.clock, signal: context.signal, random: Math.random },
    baseUrl: `http://127.0.0.1:${controlPort}`,
    token: (await deps.home.presentToken()) ?? "",
    unreachableSuggestions: ["hangar up", "hangar doctor"],
  });
  return {
    target,
    client: api,
    planet: () => client,
    urlOf: (app) => `http://${app === undefined ? "" : `${app}.`}localhost:${httpPort}`,
    logs: client.logs,
    sessions: async () => {
      const { createSessionsClient } = await import("../client/sessions-client.ts");
      return createSessionsClient(await transportOf());
    },
    tunnels: async () => {
      const { createTunnelsClient } = await import("../client/tunnels-client.ts");
      return createTunnelsClient(await transportOf());
    },
    organizations: async () => (await client.organizations()).map(({ slug }) => slug),
    fleetOf: (app) => createPlanetFleet({ api, client }, app),
  };
}
