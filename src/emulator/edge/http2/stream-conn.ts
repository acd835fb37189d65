// A client's HTTP/2 stream as a connection with one HTTP/1.1 request, so that everything that decides about requests
// needs to know one protocol only.
import type { Conn, ConnListener } from "../http1/conn.ts";
import type { EarlyEnds } from "./early-ends.ts";
import { CODE, type Code } from "./frames.ts";
import type { HeaderField } from "./hpack/header-field.ts";
import type { Http1Head } from "./request-head.ts";
import { RequestBody, type RequestWay } from "./request-body.ts";
import { ResponseFrames, type ResponseWay } from "./response-frames.ts";
import type { SessionOutput } from "./session-output.ts";
import type { UnsentAnswers } from "./unsent-answers.ts";

/** What a stream needs of its session. */
export interface StreamSession {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly output: SessionOutput;
  readonly early: EarlyEnds;
  readonly unsent: UnsentAnswers;
  /** What new streams may send. */
  readonly firstWindow: number;
  /** Bytes of bodies that may be sent on any stream at present. */
  sendable(): number;
  sent(bytes: number): void;
  /** Bytes of requests' bodies wait, or (negative) wait no longer. */
  held(bytes: number): void;
  /** stream.flushBody() is to be called when all that has come was read. */
  gathers(stream: StreamConn): void;
  /** As ResponseWay.beginBlock. */
  beginBlock(block: Buffer): number;
  /** stream.pump() is to be called when a window opens. */
  waits(stream: StreamConn): void;
  /** Nothing more will be sent or taken on it. @param wasReset we have given it up: the client may not know yet */
  closed(stream: StreamConn, wasReset: boolean): void;
  /** stream.tellClosed() is to be called later in this turn. */
  tellLater(stream: StreamConn): void;
}

export class StreamConn implements Conn, RequestWay, ResponseWay {
  readonly id: number;
  readonly #session: StreamSession;
  readonly #listener: ConnListener;
  readonly #body: RequestBody;
  readonly #response: ResponseFrames;
  /** It has asked to wait, and onDrain has not followed yet. */
  #asked: boolean;
  #endCalled = false;
  #closed = false;
  /** Nothing is to be heard of it any more. */
  #given = false;

  /** @param ended the request has no body */
  constructor(id: number, session: StreamSession, head: Http1Head, ended: boolean, listener: ConnListener) {
    this.id = id;
    this.#session = session;
    this.#listener = listener;
    this.#asked = session.unsent.isFull;
    this.#body = new RequestBody(this, listener, head, ended);
    this.#response = new ResponseFrames(this, head.text.startsWith("HEAD "), session.firstWindow);
  }

  get remoteAddress(): string {
    return this.#session.remoteAddress;
  }

  get remotePort(): number {
    return this.#session.remotePort;
  }

  get hasUnsent(): boolean {
    return this.#response.queuedBytes > 0;
  }

  get isPressed(): boolean {
    return this.#asked;
  }

  /** What it has not sent. */
  get unsentBytes(): number {
    return this.#response.queuedBytes;
  }

  writeText(text: string): boolean {
    if (this.#closed || this.#endCalled) return true;
    return this.#wrote(this.#response.writeText(text));
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    if (this.#closed || this.#endCalled) return true;
    return this.#wrote(this.#response.write(bytes, start, end));
  }

  writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
    const drained = this.writeText(text);
    return start === end ? drained : this.writeBytes(bytes, start, end);
  }

  pause(): void {
    this.#body.pause();
  }

  resume(): void {
    this.#body.resume();
  }

  end(): void {
    if (this.#endCalled) return;
    this.#endCalled = true;
    if (!this.#closed && !this.#response.finish()) return this.#giveUp(CODE.internal);
    this.#settle();
  }

  destroy(): void {
    this.#given = true;
    this.#giveUp(CODE.cancel);
  }

  abort(): void {
    this.#given = true;
    this.#giveUp(CODE.internal);
  }

  /** Hands the request to the listener. */
  start(text: string): void {
    this.#body.start(text);
  }

  /** As RequestBody.take. */
  take(bytes: Buffer, start: number, end: number, cost: number, last: boolean): Code {
    const code = this.#body.take(bytes, start, end, cost, last);
    if (last && code === CODE.none) this.#settle();
    return code;
  }

  takeTrailer(fields: readonly HeaderField[]): Code {
    const code = this.#body.takeTrailer(fields);
    if (code === CODE.none) this.#settle();
    return code;
  }

  /** As RequestBody.flush. */
  flushBody(): void {
    this.#body.flush();
  }

  /** The client takes more than before, or (negative) less. @returns false where that is more than a window can be */
  openSending(bytes: number, most: number): boolean {
    if (this.#response.window + bytes > most) return false;
    this.#response.open(bytes);
    return true;
  }

  /** Sends what waits, at most one frame. @returns whether it did */
  pump(): boolean {
    if (this.#closed || !this.#response.pump()) return false;
    if (!this.#session.unsent.isFull) this.release();
    return true;
  }

  /** Others have much to send: what it is given is to wait for them. */
  press(): void {
    if (this.#asked || this.#closed || this.#endCalled) return;
    this.#asked = true;
    if (!this.#given) this.#listener.onPress?.();
  }

  /** It may be given more, if it has nothing to send. */
  release(): void {
    if (!this.#asked || this.#response.queuedBytes > 0) return;
    this.#asked = false;
    if (!this.#given && !this.#endCalled) this.#listener.onDrain();
  }

  /** It is over without our doing. */
  lost(): void {
    this.#discard();
    this.tellClosed();
  }

  tellClosed(): void {
    if (this.#given) return;
    this.#given = true;
    this.#listener.onClose();
  }

  gathers(): void {
    this.#session.gathers(this);
  }

  openWindow(bytes: number): void {
    this.#session.output.windowUpdate(this.id, bytes);
  }

  held(bytes: number): void {
    this.#session.held(bytes);
  }

  sendable(): number {
    return this.#session.sendable();
  }

  beginBlock(block: Buffer): number {
    return this.#session.beginBlock(block);
  }

  sendBlock(bytes: Buffer, length: number): void {
    this.#session.output.headers(this.id, bytes, length);
  }

  sendData(bytes: Buffer, start: number, end: number): void {
    this.#session.output.data(this.id, bytes, start, end);
    this.#session.sent(end - start);
  }

  queued(bytes: number): void {
    this.#session.unsent.queued(bytes);
  }

  waits(): void {
    this.#session.waits(this);
  }

  sendEnd(): void {
    this.#session.output.end(this.id);
    this.#settle();
  }

  /** @param isWhole what was written is a response so far */
  #wrote(isWhole: boolean): boolean {
    if (!isWhole) {
      this.#giveUp(CODE.internal);
      return true;
    }
    if (this.#closed) return true;
    this.#asked = this.#response.queuedBytes > 0 || this.#session.unsent.isFull;
    return !this.#asked;
  }

  /** Closes what is over. */
  #settle(): void {
    if (!this.#closed && this.#response.ended) {
      if (this.#body.ended) this.#close(false);
      else if (this.#endCalled) this.#endEarly();
    }
    if (this.#closed && this.#endCalled && !this.#given) this.#session.tellLater(this);
  }

  /** Ends it as what it is: not whole. The listener hears of it later: not within a call of its own. */
  #giveUp(code: Code): void {
    if (!this.#closed) this.#reset(code);
    if (!this.#given) this.#session.tellLater(this);
  }

  /** The answer was complete before the request was. */
  #endEarly(): void {
    this.#close(true);
    this.#session.early.add(this.id);
  }

  #reset(code: Code): void {
    this.#session.output.reset(this.id, code);
    this.#close(true);
  }

  #close(wasReset: boolean): void {
    this.#session.closed(this, wasReset);
    this.#discard();
  }

  #discard(): void {
    this.#closed = true;
    this.#response.discard();
    this.#body.discard();
  }
}
