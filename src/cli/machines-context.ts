// The clients of the API that commands act on. Today that is always a planet's; the platform's own comes in here too.
import type { MachinesClient } from "../client/machines-client.ts";
import type { PlanetClient } from "../client/planet-client.ts";
import type { Context } from "./context.ts";
import { planetAccessDeps } from "./planet-context.ts";

export interface MachinesAccess {
  readonly client: MachinesClient;
  readonly planet: PlanetClient;
}

/** Clients for the planet that the command is about. @throws PLANET_DOWN */
export async function machinesAccess(context: Context): Promise<MachinesAccess> {
  const [deps, { requirePlanet }, { createMachinesClient }, { createPlanetClient }] = await Promise.all([
    planetAccessDeps(context),
    import("../operations/planet/planet-access.ts"),
    import("../client/machines-client.ts"),
    import("../client/planet-client.ts"),
  ]);
  const { controlPort } = await requirePlanet(deps);
  const options = {
    baseUrl: `http://127.0.0.1:${controlPort}`,
    token: (await deps.home.presentToken()) ?? "",
    fetch,
    clock: context.clock,
    signal: context.signal,
    random: Math.random,
    unreachableSuggestions: ["hangar up", "hangar doctor"],
  };
  return { client: createMachinesClient(options), planet: createPlanetClient(options) };
}
