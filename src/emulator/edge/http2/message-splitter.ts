// Takes an HTTP/1.1 message apart as the relay writes it: head, payload, trailer. The relay speaks HTTP/1.1 alone; what
// speaks HTTP/2 to a client or an app stands behind one of these.
import type { BodyReader } from "../http1/body.ts";
import type { PayloadListener, TrailerListener } from "../http1/chunked.ts";
import type { Head } from "../http1/head.ts";

export type FieldList = readonly (readonly [name: string, value: string])[];

export interface MessageSink {
  /** The head as it was read; valid during the call. Undefined: it was an interim one, and another head follows. */
  head(bytes: Buffer, start: number, onPayload: PayloadListener, onTrailer: TrailerListener): SplitBody | undefined;
  payload(bytes: Buffer, start: number, end: number): void;
  end(trailers: FieldList): void;
}

export interface SplitBody {
  readonly reader: BodyReader;
  /** The reader hands its payload to the listener that it was given. */
  readonly decodes: boolean;
}

export class MessageSplitter {
  /** The last byte of the message was seen. */
  done = false;
  readonly #parse: (bytes: Buffer, start: number, end: number) => number;
  readonly #sink: MessageSink;
  readonly #trailers: [string, string][] = [];
  #held: Buffer | undefined;
  #body: SplitBody | undefined;

  /** @param parse parses a head and gives the position after it, or 0 where it is not whole yet */
  constructor(parse: (bytes: Buffer, start: number, end: number) => number, sink: MessageSink) {
    this.#parse = parse;
    this.#sink = sink;
  }

  /** @returns false where the bytes are no message */
  write(bytes: Buffer, start: number, end: number): boolean {
    if (this.done) return start === end;
    if (this.#body !== undefined) return this.#read(this.#body, bytes, start, end);
    if (this.#held !== undefined) {
      const all = Buffer.concat([this.#held, bytes.subarray(start, end)]);
      this.#held = undefined;
      return this.#heads(all, 0, all.length);
    }
    return this.#heads(bytes, start, end);
  }

  #heads(bytes: Buffer, start: number, end: number): boolean {
    for (let from = start; from < end;) {
      const after = this.#parse(bytes, from, end);
      if (after < 0) return false;
      if (after === 0) {
        this.#held = Buffer.from(bytes.subarray(from, end));
        return true;
      }
      this.#body = this.#sink.head(bytes, from, this.#onPayload, this.#onTrailer);
      if (this.#body !== undefined) return this.#read(this.#body, bytes, after, end);
      from = after;
    }
    return true;
  }

  #read({ reader, decodes }: SplitBody, bytes: Buffer, start: number, end: number): boolean {
    const to = reader.done ? start : reader.read(bytes, start, end);
    if (to < 0) return false;
    if (!decodes && to > start) this.#sink.payload(bytes, start, to);
    if (!reader.done) return true;
    this.done = true;
    this.#sink.end(this.#trailers);
    return to === end;
  }

  readonly #onPayload: PayloadListener = (bytes, start, end) => {
    if (end > start) this.#sink.payload(bytes, start, end);
  };

  readonly #onTrailer: TrailerListener = (name, value) => void this.#trailers.push([name.toLowerCase(), value]);
}

/** The fields of a head that HTTP/2 carries: without those that concern one HTTP/1.1 connection. */
export function http2Fields(head: Head, bytes: Buffer): FieldList {
  const fields: [string, string][] = [];
  for (let index = 0; index < head.fieldCount; index += 1) {
    const name = head.name(bytes, index);
    if (!NOT_IN_HTTP2.has(name)) fields.push([name, head.value(bytes, index)]);
  }
  return fields;
}

const NOT_IN_HTTP2: ReadonlySet<string> = new Set([
  "connection",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/** As an object, fields of one name together. It inherits nothing: an app may call a field `constructor`. */
export function headersOf(fields: FieldList): Record<string, string | string[]> {
  const headers = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of fields) {
    const present = headers[name];
    if (present === undefined) headers[name] = value;
    else headers[name] = Array.isArray(present) ? [...present, value] : [present, value];
  }
  return headers;
}
