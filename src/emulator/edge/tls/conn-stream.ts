// A connection as a stream of Node.js, for the TLS sockets of node:tls: whoever owns the connection tells it what comes.
import { Duplex } from "node:stream";
import type { Conn } from "../http1/conn.ts";
import { RecordCounter } from "./record-format.ts";

type Done = (error?: Error | null) => void;

export class ConnStream extends Duplex {
  /** Of what was written. */
  readonly records = new RecordCounter();
  /** Writes so far. */
  writes = 0;
  readonly #conn: Conn;
  /** A write that the connection has not taken yet. */
  #waiting: Done | undefined;
  #detached = false;

  constructor(conn: Conn) {
    super({ allowHalfOpen: true, emitClose: true });
    this.#conn = conn;
  }

  /** Takes over bytes that came. */
  feed(bytes: Buffer): void {
    if (!this.push(bytes)) this.#conn.pause();
  }

  drained(): void {
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.();
  }

  /** From now on nothing of what is written, nor the stream's end, reaches the connection. */
  detach(): void {
    this.#detached = true;
    this.drained();
  }

  override _read(): void {
    if (!this.#detached) this.#conn.resume();
  }

  override _write(bytes: Buffer, _encoding: string, done: Done): void {
    if (this.#detached) return done();
    this.writes += 1;
    this.records.take(bytes);
    if (this.#conn.writeBytes(bytes, 0, bytes.length)) done();
    else this.#waiting = done;
  }

  override _writev(chunks: { chunk: Buffer }[], done: Done): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer", done);
  }

  override _final(done: Done): void {
    if (!this.#detached) this.#conn.end();
    done();
  }

  override _destroy(error: Error | null, done: Done): void {
    if (!this.#detached) this.#conn.destroy();
    this.drained();
    done(error);
  }
}
