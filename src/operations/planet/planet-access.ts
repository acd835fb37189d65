// How operations reach a planet: its control plane's client, and the engine it runs on.
import type { ControlClient, ControlClientOptions } from "../../client/control-client.ts";
import { EDGE_HTTP_PORT } from "../../contract/world.ts";
import { managementAddresses } from "../../emulator/index.ts";
import { AppError } from "../../errors/app-error.ts";
import { hasAddress } from "../../platform/host-routes.ts";
import { DEFAULT_PORTS, type PlanetHome } from "./planet-home.ts";

export interface PlanetAccessDeps {
  readonly home: PlanetHome;
  readonly createClient: (options: ControlClientOptions) => ControlClient;
  readonly signal: AbortSignal;
}

/** An address and port at which the edge takes requests. */
export interface EdgeDoor {
  readonly address: string;
  readonly port: number;
}

export interface PlanetAccess {
  readonly client: ControlClient;
  readonly httpPort: number;
  /** Where the edge can be asked, best first: without the engine's port forwarding where the host reaches its networks. */
  readonly doors: readonly EdgeDoor[];
  readonly controlPort: number;
}

/** The client for a planet's control plane, whether it answers or not. */
export async function planetClient({ home, createClient, signal }: PlanetAccessDeps): Promise<PlanetAccess> {
  const { ports, block } = (await home.settings()) ?? { ports: DEFAULT_PORTS };
  // Only a host that is on the management network itself reaches the edge there; from others (an engine in a virtual
  // machine) the packets would leave for the internet.
  const { bridge4, edge4 } = managementAddresses(block ?? 0);
  const direct = block !== undefined && hasAddress(bridge4) ? [{ address: edge4, port: EDGE_HTTP_PORT }] : [];
  const client = createClient({
    baseUrl: `http://127.0.0.1:${ports.control}`,
    token: (await home.presentToken()) ?? "",
    signal,
  });
  return {
    client,
    httpPort: ports.http,
    doors: [...direct, { address: "127.0.0.1", port: ports.http }],
    controlPort: ports.control,
  };
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
      throw new AppError("PLANET_DOWN", `Planet "${deps.home.name}" is not running`, {
        cause: error,
        suggestions: ["hangar up", "hangar deploy (brings it up too)"],
      });
    }
    throw error;
  }
  return access;
}
