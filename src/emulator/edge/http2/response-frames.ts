// The response of one stream: HTTP/1.1 as the relay writes it, sent as frames as far as the client's windows are open. The rest
// waits here.
import { responseBody } from "../http1/body.ts";
import type { PayloadListener, TrailerListener } from "../http1/chunked.ts";
import { parseResponseHead } from "../http1/head-parser.ts";
import { BACKHAUL_HEAD_LIMITS, Head } from "../http1/head.ts";
import { MAX_PAYLOAD_BYTES } from "./frames.ts";
import { FIELD_OVERHEAD, writeFields, writeHeadFields, writeStatus } from "./hpack/encoder.ts";
import { type FieldList, type MessageSink, MessageSplitter, type SplitBody } from "./message-splitter.ts";

/** What is beyond means the same as any status of 5xx (RFC 9110 §15), and HTTP/2 cannot say it. */
const LAST_STATUS = 599;
const BAD_GATEWAY = 502;

/** For all responses: a head is read and written within one call. */
const head = new Head();
const block = Buffer.allocUnsafeSlow(
  BACKHAUL_HEAD_LIMITS.maxBytes + (BACKHAUL_HEAD_LIMITS.maxFields + 1) * FIELD_OVERHEAD,
);
let textBytes = Buffer.allocUnsafeSlow(16_384);
const parse = (bytes: Buffer, start: number, end: number): number =>
  parseResponseHead(bytes, start, end, BACKHAUL_HEAD_LIMITS, head);

/** What a response needs of its session. */
export interface ResponseWay {
  /** Bytes of bodies that may be sent at present. */
  sendable(): number;
  /** Writes what has to stand before a header block. @returns the position after it */
  beginBlock(block: Buffer): number;
  sendBlock(bytes: Buffer, length: number): void;
  /** Sends a frame of the body. */
  sendData(bytes: Buffer, start: number, end: number): void;
  /** So many bytes more wait here than before, or (negative) less. */
  queued(bytes: number): void;
  /** Some of the body waits: pump() is to be called when windows open. */
  waits(): void;
  /** Sends the end of the stream. */
  sendEnd(): void;
}

export class ResponseFrames implements MessageSink {
  /** The end of the stream was sent. */
  ended = false;
  readonly #way: ResponseWay;
  readonly #answersHead: boolean;
  readonly #splitter = new MessageSplitter(parse, this);
  /** What waits for windows to open. */
  #queue: Buffer[] = [];
  #queuedBytes = 0;
  /** How far the first of the queue was sent. */
  #queueFrom = 0;
  /** Bytes that the client takes of this stream; its settings may make that negative. */
  #window: number;
  #framing: "" | "none" | "length" | "chunked" | "until-close" = "";
  /** Set when the response is whole. */
  #trailers: FieldList | undefined;

  constructor(way: ResponseWay, answersHead: boolean, window: number) {
    this.#way = way;
    this.#answersHead = answersHead;
    this.#window = window;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  get window(): number {
    return this.#window;
  }

  open(bytes: number): void {
    this.#window += bytes;
  }

  /** @returns false where that is no response */
  writeText(text: string): boolean {
    if (text.length > textBytes.length) textBytes = Buffer.allocUnsafeSlow(text.length);
    return this.write(textBytes, 0, textBytes.write(text, "latin1"));
  }

  write(bytes: Buffer, start: number, end: number): boolean {
    // What follows a response that is whole was never announced to the client.
    return this.#splitter.write(bytes, start, end) || this.#splitter.done;
  }

  /** Nothing more is to be written. @returns false where the response is not whole */
  finish(): boolean {
    if (this.#trailers === undefined) {
      if (this.#framing !== "until-close") return false;
      this.end([]);
    }
    return true;
  }

  /** Sends what waits, at most one frame. @returns whether there was anything to send, and a window for it */
  pump(): boolean {
    const first = this.#queue[0];
    if (first === undefined) return false;
    const from = this.#queueFrom;
    const to = Math.min(first.length, from + this.#sendable());
    if (to <= from) return false;
    this.#sendData(first, from, to);
    this.#queued(from - to);
    this.#queueFrom = to;
    if (to === first.length) {
      this.#queue.shift();
      this.#queueFrom = 0;
    }
    if (this.#queuedBytes === 0 && this.#trailers !== undefined) this.#sendEnd(this.#trailers);
    return true;
  }

  discard(): void {
    this.#queue = [];
    this.#queued(-this.#queuedBytes);
  }

  head(bytes: Buffer, _start: number, onPayload: PayloadListener, onTrailer: TrailerListener): SplitBody | undefined {
    const status = head.status > LAST_STATUS ? BAD_GATEWAY : head.status;
    this.#way.sendBlock(block, writeHeadFields(head, bytes, block, this.#statusAt(status)));
    if (status < 200) return undefined;
    const { reader, framing } = responseBody(head, this.#answersHead, onPayload, onTrailer);
    this.#framing = framing;
    return { reader, decodes: framing === "chunked" };
  }

  payload(bytes: Buffer, start: number, end: number): void {
    let from = start;
    while (this.#queuedBytes === 0 && from < end) {
      const to = Math.min(end, from + this.#sendable());
      if (to <= from) break;
      this.#sendData(bytes, from, to);
      from = to;
    }
    if (from === end) return;
    this.#queue.push(Buffer.from(bytes.subarray(from, end)));
    this.#queued(end - from);
    this.#way.waits();
  }

  end(trailers: FieldList): void {
    this.#trailers = trailers;
    if (this.#queuedBytes === 0) this.#sendEnd(trailers);
  }

  #statusAt(status: number): number {
    return writeStatus(status, block, this.#way.beginBlock(block));
  }

  #queued(bytes: number): void {
    this.#queuedBytes += bytes;
    this.#way.queued(bytes);
  }

  #sendable(): number {
    return Math.min(MAX_PAYLOAD_BYTES, this.#window, this.#way.sendable());
  }

  #sendData(bytes: Buffer, start: number, end: number): void {
    this.#window -= end - start;
    this.#way.sendData(bytes, start, end);
  }

  #sendEnd(trailers: FieldList): void {
    if (trailers.length > 0) this.#way.sendBlock(block, writeFields(trailers, block, this.#way.beginBlock(block)));
    this.ended = true;
    this.#way.sendEnd();
  }
}
