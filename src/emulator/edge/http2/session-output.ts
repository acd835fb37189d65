// What a session sends: frames are collected in one buffer and go out together, once a turn or when it is full.
import type { Conn } from "../http1/conn.ts";
import { type Code, FLAG, FRAME, FRAME_HEAD_BYTES, MAX_PAYLOAD_BYTES, PING_BYTES } from "./frames.ts";

const SLAB_BYTES = 65_536;
/** So many buffers wait for their next use. */
const MAX_SPARE = 16;

/** The buffers of all sessions: each has one only while it has something to send. */
export class Slabs {
  readonly #spare: Buffer[] = [];

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES);
  }

  give(slab: Buffer): void {
    if (this.#spare.length < MAX_SPARE) this.#spare.push(slab);
  }
}

export class SessionOutput {
  readonly #slabs: Slabs;
  readonly #filled: () => void;
  #conn: Conn | undefined;
  #slab: Buffer | undefined;
  #length = 0;
  /** The stream of the newest HEADERS or DATA frame, and where its flags are; 0 where it is no longer here. */
  #lastStream = 0;
  #lastFlags = 0;

  /** @param filled called when there is something to flush */
  constructor(slabs: Slabs, filled: () => void) {
    this.#slabs = slabs;
    this.#filled = filled;
  }

  attach(conn: Conn): void {
    this.#conn = conn;
  }

  /** Nothing goes out any more. */
  detach(): void {
    this.#conn = undefined;
    this.flush();
  }

  /** @returns whether the connection had not taken what it was given before */
  flush(): boolean {
    const slab = this.#slab;
    if (slab === undefined) return false;
    const wasPressed = this.#conn?.isPressed === true;
    this.#write(slab);
    this.#slab = undefined;
    this.#slabs.give(slab);
    return wasPressed;
  }

  /** A frame as it is. */
  raw(frame: Buffer): void {
    const slab = this.#room(frame.length);
    this.#length += frame.copy(slab, this.#length);
    this.#lastStream = 0;
  }

  reset(stream: number, code: Code): void {
    const at = this.#begin(FRAME.reset, 0, stream, 4);
    this.#slab!.writeUInt32BE(code, at);
  }

  windowUpdate(stream: number, bytes: number): void {
    const at = this.#begin(FRAME.windowUpdate, 0, stream, 4);
    this.#slab!.writeUInt32BE(bytes, at);
  }

  settingsAck(): void {
    this.#begin(FRAME.settings, FLAG.ack, 0, 0);
  }

  ping(flags: number, bytes: Buffer, start: number): void {
    const at = this.#begin(FRAME.ping, flags, 0, PING_BYTES);
    bytes.copy(this.#slab!, at, start, start + PING_BYTES);
  }

  goaway(lastStream: number, code: Code): void {
    const at = this.#begin(FRAME.goaway, 0, 0, 8);
    this.#slab!.writeUInt32BE(lastStream, at);
    this.#slab!.writeUInt32BE(code, at + 4);
  }

  /** A header block, in as many frames as it takes. */
  headers(stream: number, block: Buffer, length: number): void {
    let type: number = FRAME.headers;
    let from = 0;
    do {
      const to = Math.min(length, from + MAX_PAYLOAD_BYTES);
      const at = this.#begin(type, to === length ? FLAG.endHeaders : 0, stream, to - from);
      block.copy(this.#slab!, at, from, to);
      // The end of a stream is told by the first frame of a block: one that is longer is followed by a frame of its own.
      this.#lastStream = type === FRAME.headers && to === length ? stream : 0;
      this.#lastFlags = at - FRAME_HEAD_BYTES + 4;
      type = FRAME.continuation;
      from = to;
    } while (from < length);
  }

  /** At most as much as fits into one frame. */
  data(stream: number, bytes: Buffer, start: number, end: number): void {
    const at = this.#begin(FRAME.data, 0, stream, end - start);
    bytes.copy(this.#slab!, at, start, end);
    this.#lastStream = stream;
    this.#lastFlags = at - FRAME_HEAD_BYTES + 4;
  }

  /** Ends the stream with its newest frame, where that is still here. */
  end(stream: number): void {
    if (this.#lastStream === stream) this.#slab![this.#lastFlags]! |= FLAG.endStream;
    else this.#begin(FRAME.data, FLAG.endStream, stream, 0);
    this.#lastStream = 0;
  }

  /** Writes the head of a frame, and counts its payload as written. @returns where that has to go */
  #begin(type: number, flags: number, stream: number, length: number): number {
    const slab = this.#room(FRAME_HEAD_BYTES + length);
    const at = this.#length;
    slab[at] = length >> 16;
    slab[at + 1] = length >> 8;
    slab[at + 2] = length;
    slab[at + 3] = type;
    slab[at + 4] = flags;
    slab[at + 5] = stream >> 24;
    slab[at + 6] = stream >> 16;
    slab[at + 7] = stream >> 8;
    slab[at + 8] = stream;
    this.#length = at + FRAME_HEAD_BYTES + length;
    this.#lastStream = 0;
    return at + FRAME_HEAD_BYTES;
  }

  #room(bytes: number): Buffer {
    const slab = this.#slab;
    if (slab === undefined) {
      this.#filled();
      return (this.#slab = this.#slabs.take());
    }
    if (this.#length + bytes > SLAB_BYTES) this.#write(slab);
    return slab;
  }

  #write(slab: Buffer): void {
    const length = this.#length;
    this.#length = 0;
    this.#lastStream = 0;
    this.#conn?.writeBytes(slab, 0, length);
  }
}
