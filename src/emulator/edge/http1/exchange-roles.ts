// The parts that meet in an exchange: the request, the client it came from, and the owner that decides.
import type { Coding } from "./body-encoder.ts";
import type { Conn, Connector } from "./conn.ts";
import type { Head } from "./head.ts";
import type { ReplayBudget } from "./replay-buffer.ts";
import type { UpstreamFault } from "./upstream-connection.ts";

/** What an exchange needs to know of a request after the bytes of its head are gone. */
export interface ExchangeRequest {
  readonly method: string;
  readonly target: string;
  readonly minorVersion: number;
  /** The protocol that the client wants to change to, if any. */
  readonly upgrade: string | undefined;
  readonly wantsClose: boolean;
}

/** Decides where a request goes and what its response is told. Each exchange has its own. */
export interface ExchangeOwner {
  /** Called once, when the exchange can be told to forward or to reply. */
  start(): void;
  /** An attempt gave nothing. `repeatable`: it did not even connect, and the whole request is still at hand. */
  failed(fault: UpstreamFault, repeatable: boolean): void;
  /**
   * A final head has arrived. Returns the fault that it stands for, where it is no response but a report of the far edge
   * or an instruction; "collect" where the body is the owner's and not the client's.
   */
  inspect(head: Head, bytes: Buffer): UpstreamFault | "collect" | undefined;
  /** The body that was to be collected, or undefined where it is too large. `repeatable`: the whole request is still at hand. */
  collected?(body: string | undefined, repeatable: boolean): void;
  /** How a response's body is to be compressed; undefined: it passes as it is. */
  coding?(head: Head, bytes: Buffer): Coding | undefined;
  /** Field lines to add to the request. */
  requestLines(): string;
  /** Field lines to add to the final response. */
  responseLines(): string;
  /** Table for Head.keptLines: kinds of response fields that do not pass. */
  readonly dropped: Uint8Array;
  /** Lower-case names of further response fields that do not pass. */
  readonly removed?: ReadonlySet<string> | undefined;
  /** It is over, whichever way. */
  finished(): void;
}

/** The connection that a request came on. */
export interface ExchangeClient {
  readonly conn: Conn;
  /** Something moved: the idle time starts anew. */
  touch(): void;
  /** The response is complete; the connection is free for the next request, or closes. */
  exchangeDone(close: boolean): void;
  becomeTunnel(): void;
  /** The upstream side of a tunnel is closed; `clean`: after both sides had ended. */
  tunnelDone(clean: boolean): void;
  /** The response cannot be completed. */
  abort(): void;
}

export interface ExchangeDeps {
  readonly connector: Connector;
  /** For reading response heads; used only within one call. */
  readonly scratchHead: Head;
  /** Shared by all exchanges. */
  readonly replayBudget: ReplayBudget;
  nowMs(): number;
}
