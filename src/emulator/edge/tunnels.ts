// Connections that control asks for: from edge's address in the home region to a program in a machine, by the names and
// addresses that machines know each other by. The distance from the home region is on them.
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { TUNNEL_PROTOCOL, type TunnelEnd, TunnelEndSchema } from "../../contract/tunnels.ts";
import type { WorldRegion } from "../../contract/world.ts";
import { AppError } from "../../errors/app-error.ts";
import { joinStreams } from "../../platform/join-streams.ts";
import type { UpgradeAnswerer } from "../component/admin-server.ts";
import type { WorldIndex } from "./world-index.ts";

export interface Tunnels {
  /**
   * The addresses of machines, or Flycast's, that a host stands for.
   * @throws HOST_NOT_FOUND; REQUEST_INVALID for addresses of anything else
   */
  addresses(host: string): Promise<readonly string[]>;
  /** The first of them that answers. @throws also APP_NOT_LISTENING, UNREACHABLE */
  open(end: TunnelEnd): Promise<Duplex>;
}

export interface TunnelDeps {
  readonly world: () => WorldIndex | undefined;
  /** What the DNS says in a region; nothing where it knows no such name. @throws UNREACHABLE */
  readonly lookUp: (host: string, region: WorldRegion) => Promise<readonly string[]>;
  /** @throws APP_NOT_LISTENING, UNREACHABLE */
  readonly connect: (target: { host: string; port: number; localAddress?: string }) => Promise<Duplex>;
}

export function createTunnels({ world, lookUp, connect }: TunnelDeps): Tunnels {
  const home = (): { readonly index: WorldIndex; readonly region: WorldRegion } => {
    const index = world();
    const region = index?.regions.get(index.home);
    if (index === undefined || region === undefined)
      throw new AppError("UNREACHABLE", "The planet's home region is not up yet");
    return { index, region };
  };
  const addresses = async (host: string): Promise<readonly string[]> => {
    const { index, region } = home();
    const found = isIP(host) === 0 ? await lookUp(host, region) : [host];
    if (found.length === 0)
      throw new AppError("HOST_NOT_FOUND", `${host} stands for no machine that runs`, {
        suggestions: ["hangar machine list", "hangar machine start, where all of the app's are stopped"],
      });
    const own = found.filter((address) => kindOf(address, index) !== undefined);
    if (own.length === 0)
      throw new AppError("REQUEST_INVALID", `${host} is outside the planet's private network`, {
        suggestions: ["name a machine, APP.internal or APP.flycast"],
      });
    return own;
  };
  return {
    addresses,
    open: async ({ host, port }) => {
      const found = await addresses(host);
      const { index, region } = home();
      let failure: unknown;
      for (const address of found) {
        const near = address.includes(":") ? region.edge6 : region.edge4;
        // Flycast's addresses are edge's own
        const from = kindOf(address, index) === "machine" ? { localAddress: near } : {};
        try {
          return await connect({ host: address, port, ...from });
        } catch (error) {
          failure = error;
        }
      }
      throw failure;
    },
  };
}

function kindOf(address: string, { machines, apps }: WorldIndex): "machine" | "flycast" | undefined {
  for (const { address4, address6 } of machines.values())
    if (address === address4 || address === address6) return "machine";
  for (const { flycast } of apps.values()) if (flycast?.includes(address) === true) return "flycast";
  return undefined;
}

/** GET /tunnel?host=…&port=… with an Upgrade. */
export function tunnelUpgrade(tunnels: Tunnels): UpgradeAnswerer {
  return {
    protocol: TUNNEL_PROTOCOL,
    prepare: async ({ route, query }) => {
      const end = TunnelEndSchema.safeParse(Object.fromEntries(query));
      if (route !== "GET /tunnel" || !end.success)
        throw new AppError("REQUEST_INVALID", `${route} with ${query.toString()} is no tunnel`);
      const far = await tunnels.open(end.data);
      return (near) => void joinStreams(near, far);
    },
  };
}
