// Pure: which addresses and ports edge listens on for single services. Clients of these name no host: the host's doors are
// for programs on this machine, Flycast addresses for machines of the planet (statements PH-01, PH-11, AS-12).
import type { World, WorldPort, WorldRegion, WorldService } from "../../../contract/world.ts";
import { publicPort } from "../http-features.ts";

export interface Door {
  /** Two doors with the same key are alike. */
  readonly key: string;
  readonly address: string;
  readonly listenPort: number;
  readonly app: string;
  /** The service's public port. */
  readonly port: number;
  readonly speaks: "http" | "raw" | "datagrams";
  readonly security: "none" | "tls" | "pg_tls";
  readonly options: WorldPort;
  /** The app's own address; undefined: it is one of the host's doors, and clients enter at home. */
  readonly flycast: string | undefined;
}

/** Of a range of ports, so many are listened on at each Flycast address. */
const MAX_PORTS_OF_RANGE = 64;

/** All doors of a world. */
export function planDoors(world: Pick<World, "apps" | "machines" | "doors">): Door[] {
  const services = new Map<string, WorldService[]>();
  for (const { app, services: own } of world.machines) services.set(app, [...(services.get(app) ?? []), ...own]);
  const ofHost = (world.doors ?? []).flatMap(({ app, protocol, port, listenPort }) =>
    doorOf({ app, services: services.get(app) ?? [], protocol, port, address: "0.0.0.0", listenPort }),
  );
  const ofFlycast = world.apps.flatMap(({ name: app, flycast = [] }) =>
    flycast.flatMap((address) =>
      portsOf(services.get(app) ?? []).flatMap(({ protocol, port }) =>
        doorOf({ app, services: services.get(app)!, protocol, port, address, listenPort: port, flycast: address }),
      ),
    ),
  );
  return [...ofHost, ...ofFlycast];
}

interface Place {
  readonly app: string;
  readonly services: readonly WorldService[];
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  readonly address: string;
  readonly listenPort: number;
  readonly flycast?: string;
}

function doorOf({ app, services, protocol, port, address, listenPort, flycast }: Place): Door[] {
  const service = services.find((one) => one.protocol === protocol && publicPort(one, port) !== undefined);
  if (service === undefined) return [];
  const options = publicPort(service, port)!;
  const { handlers, tlsOptions } = options;
  const isHttp = handlers.includes("http");
  const speaks = protocol === "udp" ? "datagrams" : isHttp ? "http" : "raw";
  const security = handlers.includes("pg_tls") ? "pg_tls" : handlers.includes("tls") ? "tls" : "none";
  // Flycast is never HTTPS (statement FC-01).
  if (flycast !== undefined && isHttp && security !== "none") return [];
  const { idleTimeoutMs, headersReadTimeoutMs } = options.httpOptions ?? {};
  const traits = [protocol, address, listenPort, app, port, speaks, security, tlsOptions, idleTimeoutMs];
  const key = JSON.stringify([...traits, headersReadTimeoutMs, flycast]);
  return [{ key, address, listenPort, app, port, speaks, security, options, flycast }];
}

function portsOf(services: readonly WorldService[]): { protocol: "tcp" | "udp"; port: number }[] {
  const found = new Map<string, { protocol: "tcp" | "udp"; port: number }>();
  for (const { protocol, ports } of services)
    for (const { port: first, endPort = first } of ports)
      for (let port = first; port <= Math.min(endPort, first + MAX_PORTS_OF_RANGE - 1); port += 1)
        found.set(`${protocol} ${port}`, { protocol, port });
  return [...found.values()];
}

/** The region whose network an address is in. */
export function regionOf(address: string, regions: Iterable<WorldRegion>): string | undefined {
  for (const { code, subnet4, subnet6 } of regions) {
    const prefix = address.includes(":") ? subnet6.replace(/:\/\d+$/, "") : subnet4.replace(/\d+\/\d+$/, "");
    if (prefix.length > 1 && address.startsWith(prefix)) return code;
  }
  return undefined;
}
