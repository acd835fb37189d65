// Pure: header blocks that come in more than one frame (RFC 9113 §4.3), and what stands around a block.
import { CODE, type Code, FLAG, streamIdAt } from "./frames.ts";

/** More than any head that is taken needs, however it is coded. */
const MAX_BLOCK_BYTES = 65_536;
const MAX_FRAMES = 64;
const PRIORITY_BYTES = 5;

export class HeaderAssembly {
  /** The stream whose block is not whole; 0 where there is none. Nothing else may come before its rest. */
  stream = 0;
  /** Of the frame that began it. */
  flags = 0;
  #parts: Buffer[] = [];
  #bytes = 0;

  begin(stream: number, flags: number, bytes: Buffer, start: number, end: number): Code {
    this.stream = stream;
    this.flags = flags;
    return this.add(bytes, start, end);
  }

  add(bytes: Buffer, start: number, end: number): Code {
    this.#bytes += end - start;
    if (this.#bytes > MAX_BLOCK_BYTES || this.#parts.length >= MAX_FRAMES) return CODE.calm;
    this.#parts.push(Buffer.from(bytes.subarray(start, end)));
    return CODE.none;
  }

  take(): Buffer {
    const block = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#bytes = 0;
    this.stream = 0;
    return block;
  }
}

/** Where the block of a HEADERS frame, or the data of a DATA frame, stands: without padding and priority. */
export const inside = { start: 0, end: 0 };

/** Sets `inside`. @returns the code of what is wrong with the frame */
export function lookInside(stream: number, flags: number, bytes: Buffer, start: number, end: number): Code {
  const isPadded = (flags & FLAG.padded) !== 0;
  const hasPriority = (flags & FLAG.priority) !== 0;
  inside.start = start + (isPadded ? 1 : 0) + (hasPriority ? PRIORITY_BYTES : 0);
  inside.end = end;
  if (inside.start > end) return CODE.frameSize;
  if (isPadded) inside.end -= bytes[start]!;
  if (inside.start > inside.end) return CODE.protocol;
  return hasPriority && streamIdAt(bytes, inside.start - PRIORITY_BYTES) === stream ? CODE.protocol : CODE.none;
}
