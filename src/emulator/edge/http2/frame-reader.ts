// Pure: takes frames out of bytes, however these are cut. Frames that are there as a whole are handed on where they are.
import { FRAME_HEAD_BYTES, MAX_PAYLOAD_BYTES, streamIdAt } from "./frames.ts";

export interface FrameSink {
  /** The payload is bytes [start, end). @returns whether it wants more */
  frame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): boolean;
}

export class FrameReader {
  /** The beginning of a frame whose rest has not come. */
  #held: Buffer | undefined;
  #heldBytes = 0;

  /** @returns false where a frame is larger than frames may be */
  read(bytes: Buffer, start: number, end: number, sink: FrameSink): boolean {
    let at = start;
    if (this.#held !== undefined) {
      at = this.#fill(this.#held, bytes, start, end);
      if (at <= 0) return at === 0;
      const held = this.#held;
      this.#held = undefined;
      if (!sink.frame(held[3]!, held[4]!, streamIdAt(held, 5), held, FRAME_HEAD_BYTES, held.length)) return true;
    }
    while (at < end) {
      const size = end - at < FRAME_HEAD_BYTES ? FRAME_HEAD_BYTES : FRAME_HEAD_BYTES + lengthAt(bytes, at);
      if (size > FRAME_HEAD_BYTES + MAX_PAYLOAD_BYTES) return false;
      if (end - at < size) {
        this.#held = Buffer.allocUnsafe(size);
        this.#heldBytes = bytes.copy(this.#held, 0, at, end);
        return true;
      }
      const payload = at + FRAME_HEAD_BYTES;
      const type = bytes[at + 3]!;
      const flags = bytes[at + 4]!;
      const stream = streamIdAt(bytes, at + 5);
      at += size;
      if (!sink.frame(type, flags, stream, bytes, payload, at)) return true;
    }
    return true;
  }

  /** Completes the frame that is held. @returns where the bytes go on; 0 where it is still not whole, -1 where it is too large */
  #fill(held: Buffer, bytes: Buffer, start: number, end: number): number {
    let at = start;
    if (this.#heldBytes < FRAME_HEAD_BYTES) {
      at += this.#take(held, bytes, at, end, FRAME_HEAD_BYTES);
      if (this.#heldBytes < FRAME_HEAD_BYTES) return 0;
    }
    const size = FRAME_HEAD_BYTES + lengthAt(held, 0);
    if (size > FRAME_HEAD_BYTES + MAX_PAYLOAD_BYTES) return -1;
    let whole = held;
    if (held.length < size) {
      whole = Buffer.allocUnsafe(size);
      held.copy(whole, 0, 0, FRAME_HEAD_BYTES);
      this.#held = whole;
    }
    at += this.#take(whole, bytes, at, end, size);
    return this.#heldBytes < size ? 0 : at;
  }

  #take(held: Buffer, bytes: Buffer, start: number, end: number, size: number): number {
    const taken = bytes.copy(held, this.#heldBytes, start, Math.min(end, start + size - this.#heldBytes));
    this.#heldBytes += taken;
    return taken;
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
}
