// Conn over node:net's public interface, and the only file of the relay that touches a socket.
import net from "node:net";
import type { Conn, Connector, ConnectFailure, ConnListener } from "./conn.ts";

/** Below this, copying a body into the head's write is cheaper than a second write. */
const JOIN_BYTES = 8_192;
/** Reads bring 64 KiB at a time, which TLS makes a little longer. */
const WRITE_BYTES = 66_560;

/**
 * What is written is copied here, for as long as the kernel takes it at once: most of it stands in a buffer that others read
 * into, too.
 */
let writeBuffer = Buffer.allocUnsafeSlow(WRITE_BYTES);

interface Peer {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}

class NetConn implements Conn {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #secure: boolean;
  readonly #socket: net.Socket;
  readonly #listener: ConnListener;
  #given = false;

  /** @param peer where it comes from, if the socket does not know */
  constructor(socket: net.Socket, listener: ConnListener, peer: Peer = socket) {
    this.#socket = socket;
    this.#listener = listener;
    this.remoteAddress = plainAddress(peer.remoteAddress ?? "");
    this.remotePort = peer.remotePort ?? 0;
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
    return this.#writeCopy(part);
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

/** The Conn of an accepted socket, or of a TLS socket. @param peer as NetConn */
export function acceptedConn(socket: net.Socket, listener: ConnListener, peer?: Peer): Conn {
  const conn = new NetConn(socket, listener, peer);
  socket.on("data", (bytes: Buffer) => conn.read(bytes, bytes.length));
  return conn;
}

/** All connections that are opened read into it, one at a time: a buffer for each read costs more than the read. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/** Opens connections with node:net. */
export const netConnector: Connector = {
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
      conn = new NetConn(socket, listener);
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
};

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
