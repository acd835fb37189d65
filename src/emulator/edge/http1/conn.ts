// The few things the relay asks of a TCP connection. net-conn.ts provides them over node:net; nothing here touches the
// network.
import type { StaticFile } from "../statics/static-file.ts";

export interface Conn {
  readonly remoteAddress: string;
  /** The peer's port, where it is known. */
  readonly remotePort?: number;
  /** Something written still waits in this process. */
  readonly hasUnsent: boolean;
  /** A write has asked to wait, and onDrain has not followed yet. */
  readonly isPressed: boolean;
  /** Sends text whose characters are bytes (latin1). Like the other two: false asks the caller to wait for onDrain. */
  writeText(text: string): boolean;
  writeBytes(bytes: Buffer, start: number, end: number): boolean;
  /** Both in one packet where they fit. */
  writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean;
  pause(): void;
  resume(): void;
  /** Ends our direction after what was written. */
  end(): void;
  /** Gives the connection up; the listener hears nothing more. */
  destroy(): void;
  /** Like destroy, but so that the peer cannot take it for a clean end. */
  abort(): void;
}

export interface ConnListener {
  /** The bytes are only valid during the call: copy what is kept. */
  onData(bytes: Buffer, start: number, end: number): void;
  /** The peer ended its direction. */
  onEnd(): void;
  onDrain(): void;
  /** The connection has asked to wait because of others that it shares its way with. Absent: there are none. */
  onPress?(): void;
  /** The connection is gone, and not by our own destroy or abort. */
  onClose(): void;
}

/** Why a connection could not be opened. */
/** `handshake`: it opened, and the far end does not speak the protocol that it was meant to. */
export type ConnectFailure = "refused" | "reset" | "timeout" | "unreachable" | "handshake";

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** The address to open it from: it decides which region's distance the connection pays. */
  readonly localAddress: string;
  /** Absent: it carries HTTP from its first byte. */
  readonly opening?: Opening | undefined;
  /** A file of the machine that answers instead, if it is there. */
  readonly file?: StaticFile | undefined;
}

/** How a connection to a machine begins. */
export interface Opening {
  /** The client's bytes pass as they are: the relay's own HTTP ends here. */
  readonly raw: boolean;
  /** What is sent first; its characters are bytes (latin1). */
  readonly preface: string;
}

/** Opens connections. The listener hears of data only after `opened`. */
export interface Connector {
  connect(endpoint: Endpoint, timeoutMs: number, listener: ConnListener, outcome: ConnectOutcome): PendingConn;
}

export interface ConnectOutcome {
  opened(conn: Conn): void;
  failed(failure: ConnectFailure): void;
}

export interface PendingConn {
  cancel(): void;
}
