// How operations reach a planet: the clients of its control plane, and the engine it runs on.
import type { PlanetConnection } from "../../client/planet-client.ts";
import { EDGE_HTTP_PORT, EDGE_HTTPS_PORT } from "../../contract/ports.ts";
import { managementAddresses } from "../../emulator/index.ts";
import { AppError } from "../../errors/app-error.ts";
import { hasAddress } from "../../platform/host-routes.ts";
import { DEFAULT_PORTS, defaultHttpsPort, type PlanetHome, type PlanetSettings } from "./planet-home.ts";

export interface ConnectOptions {
  /** For instance http://127.0.0.1:4280 */
  readonly baseUrl: string;
  readonly token: string;
  readonly signal?: AbortSignal;
}

export interface PlanetAccessDeps {
  readonly home: PlanetHome;
  readonly connect: (options: ConnectOptions) => PlanetConnection;
  readonly signal: AbortSignal;
}

/** An address and port at which the edge takes requests. */
export interface EdgeDoor {
  readonly address: string;
  readonly port: number;
}

export interface PlanetAccess extends PlanetConnection {
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Where the edge can be asked, best first: without the engine's port forwarding where the host reaches its networks. */
  readonly doors: readonly EdgeDoor[];
  /** The same with TLS. */
  readonly secureDoors: readonly EdgeDoor[];
  readonly controlPort: number;
}

/** The clients for a planet's control plane, whether it answers or not. */
export async function planetClient({ home, connect, signal }: PlanetAccessDeps): Promise<PlanetAccess> {
  const { ports, block }: PlanetSettings = (await home.settings()) ?? { ports: DEFAULT_PORTS };
  // Only a host that is on the management network itself reaches the edge there; from others (an engine in a virtual
  // machine) the packets would leave for the internet.
  const { bridge4, edge4 } = managementAddresses(block ?? 0);
  const direct = block !== undefined && hasAddress(bridge4) ? [edge4] : [];
  const doors = (inside: number, outside: number): EdgeDoor[] => [
    ...direct.map((address) => ({ address, port: inside })),
    { address: "127.0.0.1", port: outside },
  ];
  const httpsPort = ports.https ?? defaultHttpsPort(ports.http);
  const connection = connect({
    baseUrl: `http://127.0.0.1:${ports.control}`,
    token: (await home.presentToken()) ?? "",
    signal,
  });
  return {
    ...connection,
    httpPort: ports.http,
    httpsPort,
    doors: doors(EDGE_HTTP_PORT, ports.http),
    secureDoors: doors(EDGE_HTTPS_PORT, httpsPort),
    controlPort: ports.control,
  };
}

/**
 * The clients for a planet that is up.
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
