// Where the body of a message ends, whichever way it is framed.
import { ChunkedReader, type PayloadListener, type TrailerListener } from "./chunked.ts";
import type { Head } from "./head.ts";

/** Follows a body: read() is given its bytes in order and says where it ends. */
export interface BodyReader {
  readonly done: boolean;
  /** @returns the position after the body's last byte among these, or -1 where the framing is broken */
  read(bytes: Buffer, start: number, end: number): number;
}

class LengthReader implements BodyReader {
  done: boolean;
  #left: number;

  constructor(length: number) {
    this.#left = length;
    this.done = length === 0;
  }

  read(_bytes: Buffer, start: number, end: number): number {
    const to = Math.min(end, start + this.#left);
    this.#left -= to - start;
    this.done = this.#left === 0;
    return to;
  }
}

/** A body that lasts until its connection ends; never done. */
const UNTIL_CLOSE: BodyReader = { done: false, read: (_bytes, _start, end) => end };
const NO_BODY: BodyReader = { done: true, read: (_bytes, start) => start };

/** The body that follows a request head. */
export function requestBody(head: Head, onPayload?: PayloadListener, onTrailer?: TrailerListener): BodyReader {
  if (head.chunked) return new ChunkedReader(onPayload, onTrailer);
  return head.contentLength > 0 ? new LengthReader(head.contentLength) : NO_BODY;
}

export interface ResponseBody {
  readonly reader: BodyReader;
  readonly framing: "none" | "length" | "chunked" | "until-close";
}

/** The body that follows a final response head (RFC 9112 §6.3). */
export function responseBody(
  head: Head,
  answersHead: boolean,
  onPayload?: PayloadListener,
  onTrailer?: TrailerListener,
): ResponseBody {
  if (answersHead || head.status === 204 || head.status === 304) return { reader: NO_BODY, framing: "none" };
  if (head.chunked) return { reader: new ChunkedReader(onPayload, onTrailer), framing: "chunked" };
  if (head.contentLength >= 0) return { reader: new LengthReader(head.contentLength), framing: "length" };
  return { reader: UNTIL_CLOSE, framing: "until-close" };
}
