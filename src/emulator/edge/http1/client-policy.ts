// What a listener decides about its clients' connections, and how long it is patient with them.
import type { ClientConnection } from "./client-connection.ts";
import type { Conn } from "./conn.ts";
import type { Exchange } from "./exchange.ts";
import type { ExchangeDeps, ExchangeOwner } from "./exchange-roles.ts";
import type { Head, HeadLimits } from "./head.ts";

/** How long a client may take; Infinity where nothing is to be enforced. */
export interface ClientTimeLimits {
  /** From the first byte of a head to its last. */
  readonly headMs: number;
  /** Between two requests, and before the first. */
  readonly keepAliveMs: number;
  /** Without a byte moving either way during a request. */
  readonly exchangeIdleMs: number;
  readonly tunnelIdleMs: number;
  /** For the client to take a last answer and to end its side. */
  readonly lingerMs: number;
}

/** How long clients may take. */
export const CLIENT_TIME_LIMITS: ClientTimeLimits = {
  headMs: 30_000,
  // A little more than the 60 s that browsers and load balancers keep connections for, so that they close first.
  keepAliveMs: 75_000,
  exchangeIdleMs: 75_000,
  // Development servers' WebSockets are silent for long.
  tunnelIdleMs: 600_000,
  lingerMs: 2_000,
};

export interface AcceptedRequest {
  readonly owner: ExchangeOwner;
  readonly fieldLines: string;
  /** How long nothing may move on the connection from here on; absent: as the listener has it. */
  readonly idleMs?: number | undefined;
}

/** What a listener does with its connections. */
export interface ClientPolicy {
  readonly headLimits: HeadLimits;
  readonly timeLimits: ClientTimeLimits;
  /** Decides on a request whose head was just read; head and bytes are only valid during the call. "refuse" drops the connection. */
  accept(exchange: Exchange, head: Head, bytes: Buffer, conn: Conn): AcceptedRequest | "refuse";
  /** How long the head that begins so may take, once it names a host; absent: as the listener has it. */
  headMsOf?(part: Buffer): number | undefined;
  /** Field lines of answers to heads that could not be read. */
  refusalLines(): string;
  closed(connection: ClientConnection): void;
}

export interface ClientDeps extends ExchangeDeps {
  /** For reading request heads; used only within one call. */
  readonly scratchRequestHead: Head;
}
