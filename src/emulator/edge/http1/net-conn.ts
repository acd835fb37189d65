// Conn over node:net's public interface, and the only file of the relay that touches a socket.
import net from "node:net";
import type { Conn, Connector, ConnectFailure, ConnListener } from "./conn.ts";

/** Below this, copying a body into the head's write is cheaper than a second write. */
const JOIN_BYTES = 8_192;
/** Reads bring no more at a time. */
const WRITE_BYTES = 65_536;

/** What has to be copied before it is written is copied here, for as long as the kernel takes it at once. */
let writeBuffer = Buffer.allocUnsafeSlow(WRITE_BYTES);

class NetConn implements Conn {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #secure: boolean;
  readonly #socket: net.Socket;
  readonly #copies: boolean;
  readonly #listener: ConnListener;
  #given = false;

  constructor(socket: net.Socket, listener: ConnListener, copies: boolean) {
    this.#socket = socket;
    this.#copies = copies;
    this.#listener = listener;
    this.remoteAddress = plainAddress(socket.remoteAddress ?? "");
    this.remotePort = socket.remotePort ?? 0;
    this.#secure = "encrypted" in socket;
    socket.on("end", () => {
      if (!this.#given) listener.onEnd();
    });
    socket.on("drain", () => {
      if (!this.#given) listener.onDrain();
    });
    // The close event follows each error and tells the same; after one of TLS only if it is asked for.
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      if (this.#given) return;
      this.#given = true;
      listener.onClose();
    });
  }

  read(bytes: Buffer, end: number): void {
    if (!this.#given) this.#listener.onData(bytes, 0, end);
  }

  get hasUnsent(): boolean {
    return this.#socket.writableLength > 0;
  }

  get isPressed(): boolean {
    return this.#socket.writableNeedDrain;
  }

  writeText(text: string): boolean {
    return this.#socket.write(text, "latin1");
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    const part = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
    return this.#copies ? this.#writeCopy(part) : this.#socket.write(part);
  }

  writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
    if (end === start) return this.writeText(text);
    if (text.length + end - start <= JOIN_BYTES) return this.writeText(text + bytes.toString("latin1", start, end));
    this.#socket.cork();
    this.#socket.write(text, "latin1");
    const drained = this.writeBytes(bytes, start, end);
    this.#socket.uncork();
    return drained;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#given = true;
    this.#socket.destroy();
  }

  abort(): void {
    this.#given = true;
    // An end without TLS's own word for it is what tells the peer that something is missing.
    if (this.#secure) this.#socket.destroy();
    else this.#socket.resetAndDestroy();
  }

  #writeCopy(bytes: Buffer): boolean {
    if (this.#secure || bytes.length > WRITE_BYTES || this.#socket.writableLength > 0)
      return this.#socket.write(Buffer.from(bytes));
    bytes.copy(writeBuffer);
    const drained = this.#socket.write(writeBuffer.subarray(0, bytes.length));
    // It waits: the buffer is the socket's from now on.
    if (this.#socket.writableLength > 0) writeBuffer = Buffer.allocUnsafeSlow(WRITE_BYTES);
    return drained;
  }
}

/** The Conn of an accepted socket, or of the TLS socket on it. */
export function acceptedConn(socket: net.Socket, listener: ConnListener): Conn {
  // What it is given to write has mostly been read into a buffer that others read into, too.
  const conn = new NetConn(socket, listener, true);
  socket.on("data", (bytes: Buffer) => conn.read(bytes, bytes.length));
  return conn;
}

/** All connections that are opened read into it, one at a time: a buffer for each read costs more than the read. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/**
 * Opens connections with node:net.
 * @param copies what they are given to write may change after the call: bytes that accepted sockets of node:net read do not
 */
export const createNetConnector = (copies: boolean): Connector => ({
  connect: (endpoint, timeoutMs, listener, outcome) => {
    let settled = false;
    let conn: NetConn | undefined;
    const callback = (bytes: number): boolean => {
      conn?.read(readBuffer, bytes);
      return true;
    };
    const socket = net.connect({
      host: endpoint.host,
      port: endpoint.port,
      localAddress: endpoint.localAddress,
      noDelay: true,
      allowHalfOpen: true,
      onread: { buffer: readBuffer, callback },
    });
    const fail = (failure: ConnectFailure): void => {
      if (settled) return;
      settled = true;
      socket.destroy();
      outcome.failed(failure);
    };
    const onError = (error: NodeJS.ErrnoException): void => fail(connectFailureOf(error.code));
    socket.on("error", onError);
    socket.setTimeout(timeoutMs, () => fail("timeout"));
    socket.once("connect", () => {
      if (settled) return;
      settled = true;
      socket.setTimeout(0);
      conn = new NetConn(socket, listener, copies);
      // Nobody listens for data: without this, its end would not be told.
      socket.resume();
      outcome.opened(conn);
      socket.off("error", onError);
    });
    return {
      cancel: () => {
        settled = true;
        socket.destroy();
      },
    };
  },
});

export const netConnector: Connector = createNetConnector(false);

/** What an error of a socket that could not be opened means. */
export function connectFailureOf(code: string | undefined): ConnectFailure {
  switch (code) {
    case "ECONNREFUSED":
      return "refused";
    case "ECONNRESET":
    case "EPIPE":
      return "reset";
    case "ETIMEDOUT":
      return "timeout";
    default:
      return "unreachable";
  }
}

/** The address without the prefix that a dual-stack socket puts before IPv4 ones. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
