// A request to an app that speaks HTTP/2, as a connection with one HTTP/1.1 request on it: the counterpart of stream-conn.
import { type ClientHttp2Session, type ClientHttp2Stream, constants } from "node:http2";
import { STATUS_CODES } from "node:http";
import { requestBody } from "../http1/body.ts";
import type { Conn, ConnListener } from "../http1/conn.ts";
import { parseRequestHead } from "../http1/head-parser.ts";
import { BACKHAUL_HEAD_LIMITS, type Head } from "../http1/head.ts";
import { relayBody, renderFields } from "./framed-input.ts";
import { type FieldList, headersOf, http2Fields, MessageSplitter } from "./message-splitter.ts";

const END_STREAM = 0x1;

export class H2cConn implements Conn {
  readonly remoteAddress: string;
  readonly #session: ClientHttp2Session;
  readonly #listener: ConnListener;
  readonly #splitter: MessageSplitter;
  readonly #closed: (conn: H2cConn) => void;
  #stream: ClientHttp2Stream | undefined;
  #answersHead = false;
  #answered = false;
  #given = false;
  #drained = true;

  /** @param head for reading request heads; used only within one call @param closed it will not be heard of any more */
  constructor(
    session: ClientHttp2Session,
    host: string,
    head: Head,
    listener: ConnListener,
    closed: (conn: H2cConn) => void,
  ) {
    this.#session = session;
    this.#listener = listener;
    this.#closed = closed;
    this.remoteAddress = host;
    this.#splitter = new MessageSplitter(
      (bytes, start, end) => parseRequestHead(bytes, start, end, BACKHAUL_HEAD_LIMITS, head),
      {
        head: (bytes, start, onPayload, onTrailer) => {
          const reader = requestBody(head, onPayload, onTrailer);
          this.#request(head, bytes, start, reader.done);
          return { reader, decodes: head.chunked };
        },
        payload: (bytes, start, end) => {
          this.#drained = this.#stream?.write(Buffer.from(bytes.subarray(start, end))) ?? true;
        },
        end: (trailers) => this.#endRequest(trailers),
      },
    );
  }

  /** Its request was sent, and nothing has come back yet. */
  get isUnanswered(): boolean {
    return this.#stream !== undefined && !this.#answered;
  }

  get unsentBytes(): number {
    return this.#stream?.writableLength ?? 0;
  }

  get hasUnsent(): boolean {
    return this.unsentBytes > 0;
  }

  get isPressed(): boolean {
    return this.#stream?.writableNeedDrain === true;
  }

  writeText(text: string): boolean {
    return this.writeBytes(Buffer.from(text, "latin1"), 0, text.length);
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    if (this.#given || this.#stream?.destroyed === true) return true;
    this.#drained = true;
    if (this.#splitter.write(bytes, start, end)) return this.#drained;
    this.lost();
    return true;
  }

  writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
    const drained = this.writeText(text);
    return start === end ? drained : this.writeBytes(bytes, start, end);
  }

  pause(): void {
    this.#stream?.pause();
  }

  resume(): void {
    this.#stream?.resume();
  }

  end(): void {
    this.#stream?.end();
  }

  destroy(): void {
    if (!this.#given) this.#closed(this);
    this.#given = true;
    if (this.#stream?.closed === false) this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  abort(): void {
    this.destroy();
  }

  /** The session is gone, or the request cannot be sent. */
  lost(): void {
    if (this.#given) return;
    this.destroy();
    // Not within the listener's own call: it expects to hear of a loss later.
    queueMicrotask(() => this.#listener.onClose());
  }

  #request(head: Head, bytes: Buffer, start: number, endStream: boolean): void {
    // The app may have said goodbye since the connection was opened ahead of its request.
    if (this.#session.closed || this.#session.destroyed) return this.lost();
    const method = bytes.toString("latin1", start, head.methodEnd);
    this.#answersHead = method === "HEAD";
    const pseudo = {
      ":method": method,
      ":path": bytes.toString("latin1", head.targetStart, head.targetEnd),
      ":authority": bytes.toString("latin1", head.hostStart, head.hostEnd),
      ":scheme": "http",
    };
    // Trailers are what makes gRPC servers believe in the way between.
    const headers = { ...pseudo, ...headersOf(http2Fields(head, bytes)), te: "trailers" };
    const stream = this.#session.request(headers, { endStream, waitForTrailers: head.chunked });
    this.#stream = stream;
    stream.on("headers", (_fields, _flags, raw) => this.#interim(raw));
    stream.on("response", (_fields, flags, raw) => this.#respond(flags, raw));
    stream.on("drain", () => {
      if (!this.#given) this.#listener.onDrain();
    });
    stream.on("error", () => undefined);
    stream.once("close", () => this.lost());
  }

  #endRequest(trailers: FieldList): void {
    const stream = this.#stream;
    stream?.once("wantTrailers", () => stream.sendTrailers(headersOf(trailers)));
    if (stream?.writableEnded === false) stream.end();
  }

  #interim(raw: readonly string[]): void {
    const status = statusOf(raw);
    this.#pass(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${renderFields(raw)}\r\n`);
  }

  #respond(flags: number, raw: readonly string[]): void {
    const status = statusOf(raw);
    const lines = renderFields(raw);
    const bodiless = this.#answersHead || status === 204 || status === 304;
    const hasLength = /^content-length:/im.test(lines);
    const ended = (flags & END_STREAM) !== 0;
    const chunked = !bodiless && !hasLength && !ended;
    const framing = chunked ? "transfer-encoding: chunked\r\n" : bodiless || hasLength ? "" : "content-length: 0\r\n";
    if (this.#stream !== undefined) relayBody(this.#stream, chunked, this.#listener, () => !this.#given);
    // Each request has a stream of its own: what stands for it here is not used again.
    this.#pass(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}\r\n${lines}${framing}connection: close\r\n\r\n`);
  }

  #pass(text: string): void {
    this.#answered = true;
    if (this.#given) return;
    const bytes = Buffer.from(text, "latin1");
    this.#listener.onData(bytes, 0, bytes.length);
  }
}

function statusOf(raw: readonly string[]): number {
  return Number(raw[raw.indexOf(":status") + 1]);
}
