// A client's connection of raw bytes as one of HTTP/1.1 that asks to change its protocol: so all that decides about
// requests (balance, wake, wait, backhaul, retries, logs) holds for raw TCP, and needs to know one protocol only.
import type { Conn, ConnListener } from "../http1/conn.ts";

/** The request that stands for the connection. */
const REQUEST = Buffer.from(
  "GET / HTTP/1.1\r\nhost: stream\r\nconnection: upgrade\r\nupgrade: hangar-stream\r\n\r\n",
  "latin1",
);
const SWITCHED = "HTTP/1.1 101 ";
const NOTHING = Buffer.alloc(0);

export class RawClientConn implements Conn {
  /** Where the client has asked to enter; undefined: it could not ask. */
  readonly region: string | undefined;
  readonly #inner: Conn;
  readonly #listener: ConnListener;

  /** @param open the client's connection, which tells the listener of what happens on it */
  constructor(open: (listener: ConnListener) => Conn, listener: ConnListener, region: string | undefined) {
    this.region = region;
    this.#inner = open(listener);
    this.#listener = listener;
  }

  /** Hands the request to the listener. */
  start(): void {
    this.#listener.onData(REQUEST, 0, REQUEST.length);
  }

  get remoteAddress(): string {
    return this.#inner.remoteAddress;
  }

  get remotePort(): number {
    return this.#inner.remotePort ?? 0;
  }

  get hasUnsent(): boolean {
    return this.#inner.hasUnsent;
  }

  get isPressed(): boolean {
    return this.#inner.isPressed;
  }

  writeText(text: string): boolean {
    return this.writeTextAndBytes(text, NOTHING, 0, 0);
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    return this.#inner.writeBytes(bytes, start, end);
  }

  /** Text is what the relay says of its own. */
  writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
    if (text.startsWith(SWITCHED)) return start === end || this.#inner.writeBytes(bytes, start, end);
    // There is no machine for it, and raw bytes have no word for that.
    this.#inner.abort();
    queueMicrotask(() => this.#listener.onClose());
    return true;
  }

  pause(): void {
    this.#inner.pause();
  }

  resume(): void {
    this.#inner.resume();
  }

  end(): void {
    this.#inner.end();
  }

  destroy(): void {
    this.#inner.destroy();
  }

  abort(): void {
    this.#inner.abort();
  }
}
