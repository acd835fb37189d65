// The far end of the backhaul: takes requests from other edges and relays them to machines of its own region. Accepts
// nothing that does not carry the process's secret.
import type { BackhaulProtocol } from "./backhaul.ts";
import type { ClientPolicy } from "./http1/client-policy.ts";
import type { Exchange } from "./http1/exchange.ts";
import type { ExchangeOwner } from "./http1/exchange-roles.ts";
import { FIELD } from "./http1/field-names.ts";
import { BACKHAUL_HEAD_LIMITS, droppedKinds } from "./http1/head.ts";
import type { Target, UpstreamPool } from "./http1/upstream-connection.ts";
import type { Preconnector } from "./preconnect.ts";
import { machineTarget } from "./targets.ts";

/** The near edge watches the clock; here only a request that does not get on is given up. */
const TIME_LIMITS = {
  headMs: 30_000,
  keepAliveMs: Infinity,
  exchangeIdleMs: Infinity,
  tunnelIdleMs: Infinity,
  lingerMs: 2_000,
};

/** The near edge has already taken away what must not pass, and added what the app is to see. */
const DROPPED = droppedKinds(FIELD.connection, FIELD.upgrade, FIELD.hopByHop, FIELD.backhaul);

export interface BackhaulAcceptorDeps {
  /** The edge's address in its region. */
  readonly edge4: string;
  readonly protocol: BackhaulProtocol;
  readonly machinePool: UpstreamPool;
  readonly preconnector: Pick<Preconnector, "poolOf">;
  /** Whether an address is one of our own edges'. */
  isEdge(address: string): boolean;
}

/** The policy of the listener on the edge's backhaul port in one region. */
export function createBackhaulPolicy({
  edge4,
  protocol,
  machinePool,
  preconnector,
  isEdge,
}: BackhaulAcceptorDeps): Omit<ClientPolicy, "closed"> {
  return {
    headLimits: BACKHAUL_HEAD_LIMITS,
    timeLimits: TIME_LIMITS,
    accept(exchange, head, bytes, conn) {
      const destination = isEdge(conn.remoteAddress) ? protocol.readRequest(head, bytes) : undefined;
      if (destination === undefined) return "refuse";
      const { host, port, ticket, opening } = destination;
      const pool = ticket === undefined ? machinePool : preconnector.poolOf(ticket);
      const target = machineTarget(edge4, host, port, pool, opening);
      return { owner: ownerOf(exchange, target, protocol), fieldLines: head.keptLines(bytes, DROPPED) };
    },
    refusalLines: () => "",
  };
}

function ownerOf(exchange: Exchange, target: Target, protocol: BackhaulProtocol): ExchangeOwner {
  return {
    dropped: DROPPED,
    start: () => exchange.forward(target),
    failed: (fault) => exchange.reply(502, protocol.reportLine(fault)),
    inspect: () => undefined,
    requestLines: () => "",
    responseLines: () => "",
    finished: () => undefined,
  };
}
