// Connections to machines that do not begin with HTTP: with a header of the PROXY protocol, or with the client's own bytes,
// for which this end plays the server that changes the protocol. The other half is raw-client-conn.ts.
import type { Conn, Connector, ConnListener } from "../http1/conn.ts";

const SWITCHED = Buffer.from(
  "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: hangar-stream\r\n\r\n",
  "latin1",
);

/** Opens connections as their endpoints want them to begin. */
export function createOpeningConnector(connector: Connector): Connector {
  return {
    connect(endpoint, timeoutMs, listener, outcome) {
      const { opening } = endpoint;
      if (opening === undefined) return connector.connect(endpoint, timeoutMs, listener, outcome);
      return connector.connect(endpoint, timeoutMs, listener, {
        ...outcome,
        opened: (conn) => {
          if (opening.preface !== "") conn.writeText(opening.preface);
          outcome.opened(opening.raw ? new RawMachineConn(conn, listener) : conn);
        },
      });
    },
  };
}

class RawMachineConn implements Conn {
  readonly #inner: Conn;
  readonly #listener: ConnListener;
  #state: "waiting" | "open" | "gone" = "waiting";

  constructor(inner: Conn, listener: ConnListener) {
    this.#inner = inner;
    this.#listener = listener;
    // A program that speaks first is not to be heard before there is somebody to hear it.
    inner.pause();
  }

  get remoteAddress(): string {
    return this.#inner.remoteAddress;
  }

  get hasUnsent(): boolean {
    return this.#inner.hasUnsent;
  }

  get isPressed(): boolean {
    return this.#inner.isPressed;
  }

  writeText(): boolean {
    return this.#open();
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    return this.#inner.writeBytes(bytes, start, end);
  }

  /** The text is the relay's request, which the program never sees. */
  writeTextAndBytes(): boolean {
    return this.#open();
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    if (this.#state === "open") this.#inner.resume();
  }

  end(): void {
    this.#inner.end();
  }

  destroy(): void {
    this.#state = "gone";
    this.#inner.destroy();
  }

  abort(): void {
    this.#state = "gone";
    this.#inner.abort();
  }

  #open(): boolean {
    // The answer comes after the request, also where the request is only pretended.
    queueMicrotask(() => {
      if (this.#state !== "waiting") return;
      this.#state = "open";
      this.#listener.onData(SWITCHED, 0, SWITCHED.length);
      this.#inner.resume();
    });
    return true;
  }
}
