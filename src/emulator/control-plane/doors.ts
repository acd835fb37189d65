// Pure: which of the host's service ports lead to which services. Services of HTTP on ports 80 and 443 are reached by host
// name and need none.
import type { WorldDoor, WorldMachine } from "../../contract/world.ts";
import { EDGE_FIRST_DOOR_PORT } from "../../contract/ports.ts";

/** A service that clients on the host reach by a port alone; without `hostPort`: not at all. */
export interface ServiceDoor {
  readonly app: string;
  readonly protocol: "tcp" | "udp";
  /** The service's public port. */
  readonly port: number;
  readonly hostPort?: number | undefined;
}

/** Of a range of ports, so many get a port of the host. */
const MAX_PORTS_OF_RANGE = 16;
const BY_NAME: ReadonlySet<number> = new Set([80, 443]);

/**
 * Each service keeps the port that it has. A new one gets the port of its own number where that is in the pool and free,
 * else the first free one.
 * @param pool ports of the host, in the order in which they are given out
 */
export function allotDoors(
  machines: readonly Pick<WorldMachine, "app" | "services">[],
  pool: readonly number[],
  previous: readonly ServiceDoor[],
): ServiceDoor[] {
  const wanted = wantedDoors(machines);
  const before = new Map(previous.map((door) => [keyOf(door), door.hostPort]));
  const taken = new Set<string>();
  const take = (protocol: string, hostPort: number | undefined): number | undefined => {
    if (hostPort === undefined || !pool.includes(hostPort) || taken.has(`${protocol} ${hostPort}`)) return undefined;
    taken.add(`${protocol} ${hostPort}`);
    return hostPort;
  };
  const kept = wanted.map((door) => ({ door, hostPort: take(door.protocol, before.get(keyOf(door))) }));
  return kept.map(({ door, hostPort }) => {
    const free = pool.find((port) => !taken.has(`${door.protocol} ${port}`));
    return { ...door, hostPort: hostPort ?? take(door.protocol, door.port) ?? take(door.protocol, free) };
  });
}

/** The doors as edge is to open them. */
export function worldDoors(doors: readonly ServiceDoor[], pool: readonly number[]): WorldDoor[] {
  return doors.flatMap(({ hostPort, ...door }) =>
    hostPort === undefined ? [] : [{ ...door, hostPort, listenPort: EDGE_FIRST_DOOR_PORT + pool.indexOf(hostPort) }],
  );
}

function wantedDoors(machines: readonly Pick<WorldMachine, "app" | "services">[]): ServiceDoor[] {
  const found = new Map<string, ServiceDoor>();
  for (const { app, services } of machines)
    for (const { protocol, ports } of services)
      for (const { port: first, endPort = first, handlers } of ports)
        for (let port = first; port <= Math.min(endPort, first + MAX_PORTS_OF_RANGE - 1); port += 1) {
          if (protocol === "tcp" && handlers.includes("http") && BY_NAME.has(port)) continue;
          const door = { app, protocol, port };
          found.set(keyOf(door), door);
        }
  return [...found.values()];
}

function keyOf({ app, protocol, port }: ServiceDoor): string {
  return `${app} ${protocol} ${port}`;
}
