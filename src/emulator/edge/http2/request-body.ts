// The body of one request as bytes of HTTP/1.1: as it is where its length was told, in chunks otherwise. It is given out as long
// as somebody takes it; what has come beyond that waits here, and the stream's window closes.
import type { ConnListener } from "../http1/conn.ts";
import { CODE, type Code, MAX_WINDOW } from "./frames.ts";
import { type HeaderField, ROLE } from "./hpack/header-field.ts";
import type { Http1Head } from "./request-head.ts";
import { SmallPieces } from "./small-pieces.ts";

/** Bytes of one stream that may be under way to us. */
export const STREAM_WINDOW = 262_144;
/** What ends a body in chunks. */
const LAST_CHUNK = "0\r\n";
const NOTHING = Buffer.alloc(0);
/** Small pieces that wait are put together: as buffers of their own, single bytes would take a hundred times their size. */
const BLOCK_BYTES = 8_192;

/** What a body needs of its session. */
export interface RequestWay {
  /** flush() is to be called when all that came with this piece was read. */
  gathers(): void;
  /** Allows the client so many more bytes of this stream. */
  openWindow(bytes: number): void;
  /** More waits here than before, or (negative) less. */
  held(bytes: number): void;
}

interface Piece {
  /** Filled up to `length`. */
  readonly bytes: Buffer;
  length: number;
  /** What it took of the window. */
  cost: number;
}

export class RequestBody {
  /** The client has ended it. */
  ended: boolean;
  readonly #way: RequestWay;
  readonly #listener: ConnListener;
  readonly #chunked: boolean;
  /** What has to come yet, where that was told. */
  #left: number;
  /** The head of a request that has no body, until the client has said so by ending the stream; "" where it went already. */
  #heldHead = "";
  /** The last byte of a body that the client has not ended. Machines are to see no whole request before it is one. */
  #heldByte: Buffer | undefined;
  /** What has come in the read that goes on. */
  readonly #pieces = new SmallPieces();
  #waiting: Piece[] = [];
  #paused = false;
  #giving = false;
  #window = STREAM_WINDOW;
  /** What was given out of the window's bytes, and not told to the client yet. */
  #owed = 0;

  constructor(way: RequestWay, listener: ConnListener, { chunked, bodyBytes }: Http1Head, ended: boolean) {
    this.#way = way;
    this.#listener = listener;
    this.#chunked = chunked;
    this.#left = bodyBytes ?? Number.MAX_SAFE_INTEGER;
    this.ended = ended;
  }

  /** Gives out the head. */
  start(text: string): void {
    if (!this.ended && this.#left === 0) this.#heldHead = text;
    else this.#giveHead(text);
  }

  /**
   * Takes the payload of a frame.
   * @param cost what the frame takes of the window
   * @param last it ends the body
   * @returns the code of what is wrong with it
   */
  take(bytes: Buffer, start: number, end: number, cost: number, last: boolean): Code {
    if (this.ended) return CODE.streamClosed;
    if (cost > this.#window) return CODE.flowControl;
    this.#window -= cost;
    const length = end - start;
    if (length > this.#left) return CODE.protocol;
    if (last && !this.#chunked && this.#left > length) return CODE.protocol;
    const isFirst = this.#pieces.bytes === undefined;
    let isKept = this.#pieces.add(bytes, start, end, cost);
    if (!isKept && !isFirst) {
      this.flush();
      if (this.ended) return CODE.none;
      isKept = this.#pieces.add(bytes, start, end, cost);
    }
    this.#left -= length;
    this.ended = last;
    if (!isKept) this.#take(bytes, start, end, cost);
    else if (last) this.flush();
    else if (isFirst) this.#way.gathers();
    return CODE.none;
  }

  /** Gives out what was gathered. */
  flush(): void {
    const { bytes, start, end, cost } = this.#pieces;
    if (bytes === undefined) return;
    this.#pieces.clear();
    this.#take(bytes, start, end, cost);
  }

  /** Takes the trailer that ends the body. @returns the code of what is wrong with it */
  takeTrailer(fields: readonly HeaderField[]): Code {
    if (this.ended) return CODE.streamClosed;
    if (!this.#chunked && this.#left > 0) return CODE.protocol;
    let lines = "";
    for (const { role, name, value } of fields) {
      if (role >= ROLE.method) return CODE.protocol;
      lines += `${name}: ${value}\r\n`;
    }
    this.flush();
    if (this.ended) return CODE.none;
    this.ended = true;
    if (this.#chunked) this.#takeChunk(NOTHING, 0, 0, 0, `${LAST_CHUNK}${lines}\r\n`);
    else this.#takePart(NOTHING, 0, 0, 0);
    return CODE.none;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    if (this.#giving) return;
    this.#giving = true;
    while (!this.#paused && this.#waiting.length > 0) {
      const { bytes, length, cost } = this.#waiting.shift()!;
      this.#way.held(-length);
      this.#give(bytes, 0, length, cost);
    }
    this.#giving = false;
  }

  /** Nobody takes it any more, and no more of it is wanted. */
  discard(): void {
    this.ended = true;
    this.#pieces.clear();
    let bytes = 0;
    for (const { length } of this.#waiting) bytes += length;
    this.#waiting = [];
    this.#way.held(-bytes);
  }

  #take(bytes: Buffer, start: number, end: number, cost: number): void {
    if (this.#chunked) this.#takeChunk(bytes, start, end, cost, this.ended ? `${LAST_CHUNK}\r\n` : "");
    else this.#takePart(bytes, start, end, cost);
  }

  #takeChunk(bytes: Buffer, start: number, end: number, cost: number, tail: string): void {
    const head = end > start ? `${(end - start).toString(16)}\r\n` : "";
    const all = end > start ? `\r\n${tail}` : tail;
    if (head === "" && all === "") return this.#repay(cost);
    // A buffer of its own: sockets may send it later.
    const chunk = Buffer.allocUnsafe(head.length + end - start + all.length);
    chunk.write(head, 0, "latin1");
    bytes.copy(chunk, head.length, start, end);
    chunk.write(all, head.length + end - start, "latin1");
    this.#pass(chunk, 0, chunk.length, cost);
  }

  #takePart(bytes: Buffer, start: number, end: number, cost: number): void {
    if (this.#heldHead !== "" && this.ended) {
      const text = this.#heldHead;
      this.#heldHead = "";
      this.#giveHead(text);
    }
    if (this.#heldByte !== undefined && this.ended) this.#pass(this.#heldByte, 0, 1, 0);
    if (end === start) return this.#repay(cost);
    const isHeld = this.#left === 0 && !this.ended;
    if (isHeld) this.#heldByte = Buffer.from(bytes.subarray(end - 1, end));
    this.#pass(bytes, start, isHeld ? end - 1 : end, cost);
  }

  #pass(bytes: Buffer, start: number, end: number, cost: number): void {
    if (!this.#paused && this.#waiting.length === 0) return this.#give(bytes, start, end, cost);
    this.#way.held(end - start);
    const last = this.#waiting.at(-1);
    if (last !== undefined && last.bytes.length - last.length >= end - start) {
      last.length += bytes.copy(last.bytes, last.length, start, end);
      last.cost += cost;
      return;
    }
    const block = Buffer.allocUnsafeSlow(Math.max(end - start, BLOCK_BYTES));
    this.#waiting.push({ bytes: block, length: bytes.copy(block, 0, start, end), cost });
  }

  #give(bytes: Buffer, start: number, end: number, cost: number): void {
    if (end > start) this.#listener.onData(bytes, start, end);
    this.#repay(cost);
  }

  #giveHead(text: string): void {
    this.#listener.onData(Buffer.from(text, "latin1"), 0, text.length);
  }

  /** The client hears of it now and then. */
  #repay(cost: number): void {
    this.#owed += cost;
    if (this.ended || this.#owed < STREAM_WINDOW / 2) return;
    this.#window = Math.min(MAX_WINDOW, this.#window + this.#owed);
    this.#way.openWindow(this.#owed);
    this.#owed = 0;
  }
}
