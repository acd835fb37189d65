// A file of a machine as a connection that answers one request, so that whatever holds for responses of programs holds for
// files: back-pressure, compression, header edits, HEAD.
import { createHash } from "node:crypto";
import type { Conn, ConnListener } from "../http1/conn.ts";
import { contentTypeOf } from "./static-file.ts";

/** As much as is handed on at once. */
const PIECE_BYTES = 65_536;

export class FileConn implements Conn {
  readonly remoteAddress: string;
  readonly hasUnsent = false;
  readonly isPressed = false;
  readonly #name: string;
  readonly #content: Buffer;
  readonly #listener: ConnListener;
  /** What is still to be said; undefined before the request. */
  #pieces: Buffer[] | undefined;
  #paused = false;
  #planned = false;
  #gone = false;

  constructor(remoteAddress: string, name: string, content: Buffer, listener: ConnListener) {
    this.remoteAddress = remoteAddress;
    this.#name = name;
    this.#content = content;
    this.#listener = listener;
  }

  writeText(text: string): boolean {
    if (this.#pieces === undefined) this.#answer(text);
    return true;
  }

  /** Of a request's body: files have no use for it. */
  writeBytes(): boolean {
    return true;
  }

  writeTextAndBytes(text: string): boolean {
    return this.writeText(text);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#plan();
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    this.#gone = true;
    this.#pieces = [];
  }

  abort(): void {
    this.destroy();
  }

  #answer(request: string): void {
    const tag = `"${createHash("sha256").update(this.#content).digest("base64url")}"`;
    const wanted = /\r\nif-none-match:([^\r]*)/i.exec(request)?.[1]?.trim();
    const isKnown = wanted === "*" || wanted?.includes(tag) === true;
    const told = isKnown
      ? "HTTP/1.1 304 Not Modified\r\n"
      : `HTTP/1.1 200 OK\r\ncontent-type: ${contentTypeOf(this.#name)}\r\ncontent-length: ${this.#content.length}\r\n`;
    this.#pieces = [Buffer.from(`${told}etag: ${tag}\r\n\r\n`, "latin1")];
    if (!isKnown && !request.startsWith("HEAD "))
      for (let at = 0; at < this.#content.length; at += PIECE_BYTES)
        this.#pieces.push(this.#content.subarray(at, at + PIECE_BYTES));
    this.#plan();
  }

  /** The answer comes after the request, never within its sending, and lets others have their turn between pieces. */
  #plan(): void {
    if (this.#planned || this.#paused || this.#gone || this.#pieces === undefined) return;
    this.#planned = true;
    setImmediate(() => {
      this.#planned = false;
      if (this.#paused || this.#gone) return;
      const piece = this.#pieces?.shift();
      if (piece === undefined) return;
      this.#listener.onData(piece, 0, piece.length);
      this.#plan();
    });
  }
}
