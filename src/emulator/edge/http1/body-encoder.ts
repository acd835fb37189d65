// Compresses a response's body on its way and frames what comes out as chunks. Passes pressure on in both directions. What
// the coder holds back is not pressed out of it before the end: the platform buffers what it compresses (CE-03).
import zlib from "node:zlib";
import type { Transform } from "node:stream";
import { ChunkedReader } from "./chunked.ts";
import type { Conn } from "./conn.ts";

export type Coding = "zstd" | "br" | "gzip" | "deflate";

/** Fast enough for bodies that are made for one client each. */
const BROTLI_QUALITY = 4;
const LAST_CHUNK = "0\r\n\r\n";

export interface BodyEncoderDeps {
  readonly coding: Coding;
  readonly conn: Conn;
  /** The bytes come with their own chunked coding. */
  readonly chunked: boolean;
  /** More may be given after add() has said false. */
  drained(): void;
  /** Everything has been written. */
  done(): void;
  failed(): void;
}

export class BodyEncoder {
  readonly #deps: BodyEncoderDeps;
  readonly #stream: Transform;
  readonly #decoder: ChunkedReader | undefined;
  #accepts = true;
  #over = false;

  constructor(deps: BodyEncoderDeps) {
    this.#deps = deps;
    this.#decoder = deps.chunked ? new ChunkedReader((bytes, start, end) => this.#write(bytes, start, end)) : undefined;
    this.#stream = createCoder(deps.coding);
    this.#stream.on("data", (piece: Buffer) => {
      if (this.#over) return;
      deps.conn.writeText(`${piece.length.toString(16)}\r\n`);
      deps.conn.writeBytes(piece, 0, piece.length);
      if (!deps.conn.writeText("\r\n")) this.#stream.pause();
    });
    this.#stream.on("drain", () => {
      this.#accepts = true;
      if (!this.#over) deps.drained();
    });
    this.#stream.on("end", () => {
      if (this.#over) return;
      this.#over = true;
      deps.conn.writeText(LAST_CHUNK);
      deps.done();
    });
    this.#stream.on("error", () => {
      if (this.#over) return;
      this.#over = true;
      deps.failed();
    });
  }

  /** @returns false where the sender has to wait for drained() */
  add(bytes: Buffer, start: number, end: number): boolean {
    if (start === end) return true;
    if (this.#decoder === undefined) this.#write(bytes, start, end);
    else this.#decoder.read(bytes, start, end);
    return this.#accepts;
  }

  end(): void {
    this.#stream.end();
  }

  /** The client takes nothing. */
  pause(): void {
    this.#stream.pause();
  }

  /** The client took what was written to it. */
  resume(): void {
    this.#stream.resume();
    if (this.#accepts) this.#deps.drained();
  }

  destroy(): void {
    this.#over = true;
    this.#stream.destroy();
  }

  #write(bytes: Buffer, start: number, end: number): void {
    // The bytes are only valid during the call.
    if (!this.#stream.write(Buffer.from(bytes.subarray(start, end)))) this.#accepts = false;
  }
}

function createCoder(coding: Coding): Transform {
  switch (coding) {
    case "zstd":
      return zlib.createZstdCompress();
    case "br":
      return zlib.createBrotliCompress({ params: { [zlib.constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY } });
    case "gzip":
      return zlib.createGzip();
    default:
      return zlib.createDeflate();
  }
}
