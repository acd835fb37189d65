// A client's HTTP/2 stream as a connection with one HTTP/1.1 request, so that everything that decides about requests
// needs to know one protocol only.
import { constants, type ServerHttp2Stream } from "node:http2";
import { responseBody } from "../http1/body.ts";
import type { Conn, ConnListener } from "../http1/conn.ts";
import { parseResponseHead } from "../http1/head-parser.ts";
import { BACKHAUL_HEAD_LIMITS, type Head } from "../http1/head.ts";
import { relayBody } from "./framed-input.ts";
import { type FieldList, headersOf, http2Fields, MessageSplitter } from "./message-splitter.ts";
import type { Http1Head } from "./request-head.ts";

/** What is beyond means the same as any status of 5xx (RFC 9110 §15), and HTTP/2 cannot say it. */
const LAST_STATUS = 599;
const BAD_GATEWAY = 502;

export class StreamConn implements Conn {
  readonly remoteAddress: string;
  readonly #stream: ServerHttp2Stream;
  readonly #listener: ConnListener;
  readonly #splitter: MessageSplitter;
  #given = false;
  #drained = true;
  /** Set when the response is whole. */
  #trailers: FieldList | undefined;

  /** @param head for reading response heads; used only within one call */
  constructor(
    stream: ServerHttp2Stream,
    remoteAddress: string,
    answersHead: boolean,
    head: Head,
    listener: ConnListener,
  ) {
    this.#stream = stream;
    this.#listener = listener;
    this.remoteAddress = remoteAddress;
    this.#splitter = new MessageSplitter(
      (bytes, start, end) => parseResponseHead(bytes, start, end, BACKHAUL_HEAD_LIMITS, head),
      {
        head: (bytes, _start, onPayload, onTrailer) => {
          const status = head.status > LAST_STATUS ? BAD_GATEWAY : head.status;
          if (status < 200) {
            stream.additionalHeaders({ ":status": status, ...headersOf(http2Fields(head, bytes)) });
            return undefined;
          }
          const { reader, framing } = responseBody(head, answersHead, onPayload, onTrailer);
          const decodes = framing === "chunked";
          const endStream = reader.done && !decodes;
          stream.respond(
            { ":status": status, ...headersOf(http2Fields(head, bytes)) },
            // Without it, Node would end a stream that is reset as if it were whole; a told length is proof enough.
            { endStream, waitForTrailers: framing !== "length" },
          );
          return { reader, decodes };
        },
        payload: (bytes, start, end) => {
          // Node.js has ended it where the status wants no content, whatever follows.
          if (!stream.writableEnded) this.#drained = stream.write(Buffer.from(bytes.subarray(start, end)));
        },
        end: (trailers) => this.#endResponse(trailers),
      },
    );
    stream.on("drain", () => {
      if (!this.#given) listener.onDrain();
    });
    stream.once("wantTrailers", () => {
      if (this.#trailers !== undefined) stream.sendTrailers(headersOf(this.#trailers));
    });
    // The close event follows each error and tells the same.
    stream.on("error", () => undefined);
    stream.once("close", () => {
      if (this.#given) return;
      this.#given = true;
      listener.onClose();
    });
  }

  /** Hands the request to the listener. */
  start({ text, chunked }: Http1Head): void {
    relayBody(this.#stream, chunked, this.#listener, () => !this.#given);
    const bytes = Buffer.from(text, "latin1");
    this.#listener.onData(bytes, 0, bytes.length);
  }

  get hasUnsent(): boolean {
    return this.#stream.writableLength > 0;
  }

  get isPressed(): boolean {
    return this.#stream.writableNeedDrain;
  }

  writeText(text: string): boolean {
    return this.writeBytes(Buffer.from(text, "latin1"), 0, text.length);
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    if (this.#stream.destroyed || this.#stream.closed) return true;
    this.#drained = true;
    if (this.#splitter.write(bytes, start, end)) return this.#drained;
    this.#reset(constants.NGHTTP2_INTERNAL_ERROR);
    return true;
  }

  writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
    const drained = this.writeText(text);
    return start === end ? drained : this.writeBytes(bytes, start, end);
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    const stream = this.#stream;
    if (stream.destroyed || stream.closed) return;
    this.#endResponse(this.#trailers ?? []);
    if (stream.readableEnded) return;
    // The answer was complete before the request was: the client may stop sending (RFC 9113 §8.1).
    const stop = (): void => this.#reset(constants.NGHTTP2_NO_ERROR);
    if (stream.writableFinished) stop();
    else stream.once("finish", stop);
  }

  destroy(): void {
    this.#given = true;
    this.#reset(constants.NGHTTP2_CANCEL);
  }

  abort(): void {
    this.#given = true;
    // Closing would end the stream first, as if it were whole.
    if (!this.#stream.destroyed) this.#stream.destroy(new Error("the response broke off"));
  }

  #endResponse(trailers: FieldList): void {
    this.#trailers = trailers;
    if (!this.#stream.writableEnded) this.#stream.end();
  }

  #reset(code: number): void {
    if (!this.#stream.destroyed && !this.#stream.closed) this.#stream.close(code);
  }
}
