// A file of a machine as a connection that answers one request, so that whatever holds for responses of programs holds for
// files: back-pressure, compression, header edits, HEAD.
import type { Readable } from "node:stream";
import type { Conn, ConnListener } from "../http1/conn.ts";
import { contentTypeOf } from "./static-file.ts";

/** A file that is there, and is read while it is sent. */
export interface OpenFile {
  readonly name: string;
  readonly bytes: string;
  /** The value of ETag. */
  readonly tag: string;
  readonly content: Readable;
}

export class FileConn implements Conn {
  readonly remoteAddress: string;
  readonly hasUnsent = false;
  readonly isPressed = false;
  readonly #file: OpenFile;
  readonly #listener: ConnListener;
  #state: "waits" | "answers" | "over" = "waits";
  #paused = false;

  constructor(remoteAddress: string, file: OpenFile, listener: ConnListener) {
    this.remoteAddress = remoteAddress;
    this.#file = file;
    this.#listener = listener;
    // Whatever becomes of the file before it is wanted.
    file.content.on("error", () => this.#break());
  }

  writeText(text: string): boolean {
    if (this.#state === "waits") this.#answer(text);
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
    this.#file.content.pause();
  }

  resume(): void {
    this.#paused = false;
    if (this.#state === "answers") this.#file.content.resume();
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    this.#state = "over";
    this.#file.content.destroy();
  }

  abort(): void {
    this.destroy();
  }

  #answer(request: string): void {
    const { name, bytes, tag, content } = this.#file;
    const wanted = /\r\nif-none-match:([^\r]*)/i.exec(request)?.[1]?.trim();
    const isKnown = wanted === "*" || wanted?.includes(tag) === true;
    const told = isKnown
      ? "HTTP/1.1 304 Not Modified\r\n"
      : `HTTP/1.1 200 OK\r\ncontent-type: ${contentTypeOf(name)}\r\ncontent-length: ${bytes}\r\n`;
    const head = Buffer.from(`${told}etag: ${tag}\r\n\r\n`, "latin1");
    const hasBody = !isKnown && !request.startsWith("HEAD ");
    this.#state = "answers";
    // The answer comes after the request, never within its sending.
    setImmediate(() => {
      if (this.#state === "over") return;
      this.#listener.onData(head, 0, head.length);
      if (!hasBody) {
        content.destroy();
        return;
      }
      content.on("data", (piece: Buffer) => {
        if (this.#state === "answers") this.#listener.onData(piece, 0, piece.length);
      });
      if (this.#paused) content.pause();
    });
  }

  /** The file cannot be read to its end. */
  #break(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#listener.onClose();
  }
}
