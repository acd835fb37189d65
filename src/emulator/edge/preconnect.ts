// Opens the connection to a machine while the request for it is still on its way between two regions, so that it is
// there when the request arrives: a handshake inside a region costs next to nothing on the platform, but half a
// millisecond where all of it shares one processor.
import type { Connector } from "./http1/conn.ts";
import type { Head } from "./http1/head.ts";
import { type Target, UpstreamConnection, type UpstreamPool } from "./http1/upstream-connection.ts";

/**
 * So long before the request is due. Timers are up to 1 ms late and a handshake takes up to 1 ms; a program that serves
 * one connection at a time is held up no longer than this.
 */
const LEAD_MS = 3;
/** A request that has not come by then will not come. */
const UNUSED_MS = 2_000;

export interface Preconnector {
  /** Plans a connection for a request that is sent now. @returns the ticket that the request carries */
  prepare(target: Target, oneWayMs: number): string;
  /** A pool for the one request with the ticket: it holds the connection, if that is open or being opened. */
  poolOf(ticket: string): UpstreamPool;
  /** Closes what was not used; called now and then. */
  sweep(): void;
  close(): void;
}

export interface PreconnectorDeps {
  readonly connector: Connector;
  readonly scratchHead: Head;
  timer(afterMs: number, run: () => void): () => void;
  nowMs(): number;
}

interface Prepared {
  readonly dueMs: number;
  readonly cancel: () => void;
  connection: UpstreamConnection | undefined;
}

export function createPreconnector({ connector, scratchHead, timer, nowMs }: PreconnectorDeps): Preconnector {
  const prepared = new Map<string, Prepared>();
  let last = 0;

  const discard = (ticket: string): void => {
    const entry = prepared.get(ticket);
    prepared.delete(ticket);
    entry?.cancel();
    entry?.connection?.abandon();
  };
  const poolOf = (ticket: string): UpstreamPool => ({
    take() {
      const entry = prepared.get(ticket);
      prepared.delete(ticket);
      entry?.cancel();
      return entry?.connection;
    },
    // Opened and not asked for yet: it stays in its entry. Used: it has served its one request.
    put: (connection) => {
      if (prepared.get(ticket)?.connection !== connection) connection.abandon();
    },
    // The request will find out by itself why nothing can be opened.
    forget: () => void prepared.delete(ticket),
  });

  return {
    prepare(target, oneWayMs) {
      last += 1;
      const ticket = String(last);
      const open = (): void => {
        entry.connection = new UpstreamConnection(
          { ...target, pool: poolOf(ticket) },
          connector,
          scratchHead,
          undefined,
        );
      };
      const cancel = timer(Math.max(0, oneWayMs - LEAD_MS), open);
      const entry: Prepared = { dueMs: nowMs() + oneWayMs, cancel, connection: undefined };
      prepared.set(ticket, entry);
      return ticket;
    },
    poolOf,
    sweep() {
      const latestMs = nowMs() - UNUSED_MS;
      for (const [ticket, { dueMs }] of prepared) if (dueMs < latestMs) discard(ticket);
    },
    close() {
      for (const ticket of [...prepared.keys()]) discard(ticket);
    },
  };
}
