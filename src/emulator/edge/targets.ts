// Where a request is sent, given the machine that was chosen for it.
import type { WorldRegion } from "../../contract/world.ts";
import type { BackhaulProtocol } from "./backhaul.ts";
import type { Opening } from "./http1/conn.ts";
import type { Target, UpstreamPool } from "./http1/upstream-connection.ts";
import type { Backend } from "./world-index.ts";

export interface Pools {
  readonly machines: UpstreamPool;
  readonly backhaul: UpstreamPool;
}

/** The machine itself, from the edge in its own region. */
export function machineTarget(
  edge4: string,
  host: string,
  port: number,
  pool: UpstreamPool | undefined,
  opening?: Opening,
): Target {
  return { key: `${edge4} ${host}:${port}`, host, port, localAddress: edge4, preamble: "", pool, opening };
}

/** The edge in another region. */
export function backhaulTarget(
  from: WorldRegion,
  to: WorldRegion,
  port: number,
  preamble: string,
  pool: UpstreamPool,
): Target {
  return { key: `${from.code} ${to.code}`, host: to.edge4, port, localAddress: from.edge4, preamble, pool };
}

/**
 * Whether requests may share connections to the machine: services that count connections get one each (LB-11), and a
 * request that must not be sent twice gets a new one, since a kept one may be closing.
 */
export function mayReuse(backend: Backend, idempotent: boolean): boolean {
  return idempotent && backend.service.concurrency.type === "requests";
}

export interface TargetInput {
  readonly backend: Backend;
  readonly idempotent: boolean;
  /** Set where the connection to the machine does not begin with HTTP: it is for this request alone. */
  readonly opening: Opening | undefined;
  readonly entry: WorldRegion;
  /** The machine's region. */
  readonly region: WorldRegion;
  readonly rttMs: number;
  readonly backhaulPort: number;
  readonly protocol: BackhaulProtocol;
  readonly pools: Pools;
  /** Has a connection of its own opened for the request at its far end, and gives its ticket. */
  prepare(target: Target, oneWayMs: number): string;
}

/** The target for a backend: direct in the same region, through the other region's edge otherwise. */
export function resolveTarget(input: TargetInput): Target {
  const { backend, entry, region, pools, opening } = input;
  const host = backend.machine.address4;
  const port = backend.service.internalPort;
  const kept = opening === undefined && mayReuse(backend, input.idempotent) ? pools.machines : undefined;
  const direct = machineTarget(region.edge4, host, port, kept, opening);
  if (entry.code === region.code) return direct;
  const ticket = kept === undefined ? input.prepare(direct, input.rttMs / 2) : undefined;
  const preamble = input.protocol.requestLine({ host, port, ticket, opening });
  return backhaulTarget(entry, region, input.backhaulPort, preamble, pools.backhaul);
}
