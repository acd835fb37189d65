// How operations reach a planet: its control plane's client, and the engine it runs on.
import type { ControlClient, ControlClientOptions } from "../../client/control-client.ts";
import { AppError } from "../../errors/app-error.ts";
import { DEFAULT_PORTS, type PlanetHome } from "./planet-home.ts";

export interface PlanetAccessDeps {
  readonly home: PlanetHome;
  readonly createClient: (options: ControlClientOptions) => ControlClient;
  readonly signal: AbortSignal;
}

export interface PlanetAccess {
  readonly client: ControlClient;
  readonly httpPort: number;
  readonly controlPort: number;
}

/** The client for a planet's control plane, whether it answers or not. */
export async function planetClient({ home, createClient, signal }: PlanetAccessDeps): Promise<PlanetAccess> {
  const { ports } = (await home.settings()) ?? { ports: DEFAULT_PORTS };
  const client = createClient({ baseUrl: `http://127.0.0.1:${ports.control}`, token: (await home.presentToken()) ?? "", signal });
  return { client, httpPort: ports.http, controlPort: ports.control };
}

/**
 * The client for a planet that is up.
 * @throws PLANET_DOWN
 */
export async function requirePlanet(deps: PlanetAccessDeps): Promise<PlanetAccess> {
  const access = await planetClient(deps);
  try {
    await access.client.planet();
  } catch (error) {
    if (error instanceof AppError && (error.code === "UNREACHABLE" || error.code === "UNAUTHORIZED")) {
      throw new AppError("PLANET_DOWN", `Planet "${deps.home.name}" is not running`, { cause: error, suggestions: ["hangar up", "hangar deploy (brings it up too)"] });
    }
    throw error;
  }
  return access;
}
