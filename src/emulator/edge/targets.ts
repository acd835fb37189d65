// Where a request is sent, given the machine that was chosen for it.
import type { WorldRegion } from "../../contract/world.ts";
import type { BackhaulProtocol } from "./backhaul.ts";
import type { Opening } from "./http1/conn.ts";
import type { ExchangeRequest } from "./http1/exchange-roles.ts";
import { isIdempotent } from "./http1/request-line.ts";
import type { Target, UpstreamPool } from "./http1/upstream-connection.ts";
import { staticFileOf } from "./statics/static-file.ts";
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
  readonly request: Pick<ExchangeRequest, "method" | "target">;
  /** Set where the connection to the machine does not begin with HTTP: it is for this request alone. */
  readonly opening: Opening | undefined;
  readonly entry: WorldRegion;
  /** The machine's region. */
  readonly region: WorldRegion;
  readonly rttMs: number;
}

export interface TargetDeps {
  readonly backhaulPort: number;
  readonly protocol: BackhaulProtocol;
  readonly pools: Pools;
  /** Has a connection of its own opened for the request at its far end, and gives its ticket. */
  prepare(target: Target, oneWayMs: number): string;
}

/** Gives the target for a backend: direct in the same region, through the other region's edge otherwise. */
export function createTargets({ backhaulPort, protocol, pools, prepare }: TargetDeps): (input: TargetInput) => Target {
  /** Those of machines whose connections are kept, by the backends of the world in force. */
  const kept = new WeakMap<Backend, Target>();

  const keptTarget = (backend: Backend, { edge4 }: WorldRegion): Target => {
    let target = kept.get(backend);
    if (target === undefined) {
      target = machineTarget(edge4, backend.machine.address4, backend.service.internalPort, pools.machines);
      kept.set(backend, target);
    }
    return target;
  };

  return ({ backend, entry, region, opening, request, rttMs }) => {
    const host = backend.machine.address4;
    const port = backend.service.internalPort;
    const isKept = opening === undefined && mayReuse(backend, isIdempotent(request.method));
    const direct = isKept ? keptTarget(backend, region) : machineTarget(region.edge4, host, port, undefined, opening);
    const file = opening?.raw === true ? undefined : staticFileOf(backend.machine, request, rttMs);
    if (entry.code === region.code) return file === undefined ? direct : { ...direct, pool: undefined, file };
    const ticket = isKept ? undefined : prepare(direct, rttMs / 2);
    const preamble = protocol.requestLine({ host, port, ticket, opening });
    const far = backhaulTarget(entry, region, backhaulPort, preamble, pools.backhaul);
    return file === undefined ? far : { ...far, pool: undefined, file };
  };
}
