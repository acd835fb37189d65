// One client's connection with HTTP/2: its streams, what it sends, and its end. What frames mean is session-frames.ts.
import type { Conn, ConnListener } from "../http1/conn.ts";
import type { Adopt } from "../http1/listener.ts";
import { EarlyEnds } from "./early-ends.ts";
import { CODE, type Code, FIRST_WINDOW, MAX_STREAM_ID, PING_BYTES } from "./frames.ts";
import { GREETING } from "./greeting.ts";
import { NO_TABLE, writeStatus } from "./hpack/encoder.ts";
import type { Http1Head } from "./request-head.ts";
import { type FramedSession, SessionFrames } from "./session-frames.ts";
import type { SessionDeps } from "./session-deps.ts";
import { SessionOutput } from "./session-output.ts";
import { SESSION_WINDOW, SessionWindows } from "./session-windows.ts";
import { StreamConn, type StreamSession } from "./stream-conn.ts";
import { StreamTable } from "./stream-table.ts";
import { UnsentAnswers } from "./unsent-answers.ts";

/** What streams had not sent when they were given up was work for nothing. Beyond, the client has to open another session. */
const SPENT_BYTES = 2_500_000;
/** How long a client may take to say that it knows of our goodbye. */
const GOODBYE_MS = 1_000;
/** ... and to close, when it has taken the last that it was sent. */
const LINGER_MS = 2_000;
/** The same where it was sent nothing but a goodbye: until what it asked for meanwhile has come. */
const IDLE_LINGER_MS = 200;
const GOODBYE_PING = Buffer.from("goodbye!");
const HEAD_TOO_LARGE = 431;

export class ServerSession implements ConnListener, FramedSession, StreamSession {
  readonly streams = new StreamTable();
  readonly output: SessionOutput;
  readonly windows: SessionWindows;
  readonly early: EarlyEnds;
  readonly unsent: UnsentAnswers;
  remoteAddress = "";
  remotePort = 0;
  readonly #deps: SessionDeps;
  readonly #adopt: Adopt;
  readonly #frames: SessionFrames;
  #conn: Conn | undefined;
  /** Streams whose listeners are to hear that they are over. */
  #over: StreamConn[] = [];
  /** Streams that gather what comes of their bodies in this read. */
  readonly #gathering: StreamConn[] = [];
  #spentBytes = 0;
  /** The last stream that it said it would take, once it has left. */
  #lastTaken = 0;
  #movedMs: number;
  #leaves: "no" | "asks" | "left" = "no";
  /** The client has said goodbye. What it asks for in spite of that is answered. */
  #clientLeaves = false;
  #ending = false;
  #closed = false;
  #readPaused = false;
  #lingerMs = LINGER_MS;

  constructor(deps: SessionDeps, adopt: Adopt) {
    this.#deps = deps;
    this.#adopt = adopt;
    this.#movedMs = deps.nowMs();
    this.#frames = new SessionFrames(this, this.#movedMs);
    this.output = new SessionOutput(deps.slabs, () => deps.wake(this));
    this.windows = new SessionWindows((bytes) => this.output.windowUpdate(0, bytes));
    this.unsent = new UnsentAnswers(this.streams, () => deps.wake(this));
    this.early = new EarlyEnds({
      ...{ output: this.output, nowMs: deps.nowMs },
      asked: () => this.#frames.asked(),
    });
  }

  attach(conn: Conn): void {
    this.#conn = conn;
    this.remoteAddress = conn.remoteAddress;
    this.remotePort = conn.remotePort ?? 0;
    this.output.attach(conn);
    this.output.raw(GREETING);
    this.output.windowUpdate(0, SESSION_WINDOW - FIRST_WINDOW);
  }

  get firstWindow(): number {
    return this.#frames.settings.initialWindow;
  }

  get hasLeft(): boolean {
    return this.#leaves === "left";
  }

  /** Enforces time limits; called now and then. */
  sweep(): void {
    this.early.sweep();
    const forMs = this.#deps.nowMs() - this.#movedMs;
    if (this.#ending) {
      if (forMs > (this.#conn?.hasUnsent === true ? this.#deps.idleMs : this.#lingerMs)) this.destroy();
    } else if (this.#leaves === "asks") {
      if (forMs > GOODBYE_MS) this.#leave();
    } else if (forMs > this.#deps.idleMs) {
      if (this.#conn?.isPressed === true) this.destroy();
      else if (this.streams.size === 0) this.retire();
    }
  }

  /** Takes no streams that are opened from now on, as soon as the client can know of that; those that are open end in peace. */
  retire(): void {
    if (this.#ending || this.#leaves !== "no") return;
    this.#leaves = "asks";
    this.#movedMs = this.#deps.nowMs();
    this.output.goaway(MAX_STREAM_ID, CODE.none);
    this.output.ping(0, GOODBYE_PING, 0);
  }

  /** The same when nothing else goes on here: without streams, nobody waits for the client to know. */
  drain(): void {
    if (this.streams.size > 0 || this.#ending || this.hasLeft) return this.retire();
    this.#lingerMs = IDLE_LINGER_MS;
    this.#leave();
  }

  /** Ends it at once. */
  destroy(): void {
    const conn = this.#conn;
    this.#lose();
    conn?.destroy();
  }

  /** Sends what was collected, and tells listeners whose streams are over. */
  flush(): void {
    this.output.flush();
    this.#keepUp();
    const over = this.#over;
    this.#over = [];
    for (const stream of over) stream.tellClosed();
    this.unsent.settle();
    if ((this.hasLeft || this.#clientLeaves) && this.streams.size === 0) this.#end();
  }

  onData(bytes: Buffer, start: number, end: number): void {
    if (this.#ending) return;
    const nowMs = this.#deps.nowMs();
    if (this.#leaves !== "asks") this.#movedMs = nowMs;
    const code = this.#frames.read(bytes, start, end, nowMs);
    for (const stream of this.#gathering.splice(0)) stream.flushBody();
    if (code !== CODE.none) return this.#fail(code);
    this.streams.pump();
    this.#keepUp();
  }

  onEnd(): void {
    this.destroy();
  }

  onDrain(): void {
    if (this.#leaves !== "asks" || this.#ending) this.#movedMs = this.#deps.nowMs();
    this.output.isBehind = false;
    if (this.#ending) return;
    // Before it is given more: a client that always has something to take may ask for something, too.
    if (this.#readPaused) this.#conn?.resume();
    this.#readPaused = false;
    this.streams.pump();
  }

  onClose(): void {
    this.#lose();
  }

  open(id: number, head: Http1Head, ended: boolean): void {
    this.#adopt(
      (listener) => {
        const stream = new StreamConn(id, this, head, ended, listener);
        this.streams.add(stream);
        if (this.streams.size === 1) this.#deps.busy(this, true);
        return stream;
      },
      (stream) => stream.start(head.text),
    );
  }

  refuseLarge(id: number, ended: boolean): void {
    const block = Buffer.allocUnsafe(16);
    this.output.headers(id, block, writeStatus(HEAD_TOO_LARGE, block, this.beginBlock(block)));
    this.output.end(id);
    if (ended) return;
    this.streams.giveUp(id);
    this.early.add(id);
  }

  lost(stream: StreamConn): void {
    this.closed(stream, false);
    stream.lost();
  }

  heardPing(bytes: Buffer, at: number): void {
    this.early.heard(bytes, at);
    if (this.#leaves === "asks" && GOODBYE_PING.compare(bytes, at, at + PING_BYTES) === 0) this.#leave();
  }

  heardGoodbye(): void {
    this.#clientLeaves = true;
    this.#deps.wake(this);
  }

  sendable(): number {
    return this.#conn === undefined || this.#conn.isPressed ? 0 : this.windows.sendable;
  }

  sent(bytes: number): void {
    this.windows.sendable -= bytes;
    this.#frames.sent();
  }

  held(bytes: number): void {
    this.windows.held(bytes);
  }

  gathers(stream: StreamConn): void {
    this.#gathering.push(stream);
  }

  beginBlock(block: Buffer): number {
    const { settings } = this.#frames;
    if (!settings.shrinksTable) return 0;
    settings.shrinksTable = false;
    block[0] = NO_TABLE;
    return 1;
  }

  waits(stream: StreamConn): void {
    this.streams.waits(stream);
  }

  closed(stream: StreamConn, wasReset: boolean): void {
    if (!this.streams.remove(stream)) return;
    if (wasReset) this.streams.giveUp(stream.id);
    this.#spentBytes += stream.unsentBytes;
    if (this.#spentBytes > SPENT_BYTES) this.retire();
    if (this.streams.size > 0) return;
    this.#deps.busy(this, false);
    this.#deps.wake(this);
  }

  tellLater(stream: StreamConn): void {
    this.#over.push(stream);
    this.#deps.wake(this);
  }

  #leave(): void {
    this.#leaves = "left";
    this.#movedMs = this.#deps.nowMs();
    this.#lastTaken = this.streams.lastId;
    this.output.goaway(this.#lastTaken, CODE.none);
  }

  /** Who does not take what we answer is not asked for more. */
  #keepUp(): void {
    if (!this.output.isBehind || this.#readPaused || this.#ending) return;
    this.#readPaused = true;
    this.#conn?.pause();
  }

  #fail(code: Code): void {
    this.output.goaway(this.hasLeft ? this.#lastTaken : this.streams.lastId, code);
    this.#end();
    // A flood is not listened to for any longer.
    if (code === CODE.calm) this.destroy();
  }

  #end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#movedMs = this.#deps.nowMs();
    this.early.stopAll();
    this.output.flush();
    this.streams.lose();
    this.#deps.busy(this, false);
    const conn = this.#conn;
    this.output.detach();
    conn?.resume();
    conn?.end();
  }

  #lose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#ending = true;
    this.#conn = undefined;
    this.output.detach();
    this.streams.lose();
    const over = this.#over;
    this.#over = [];
    for (const stream of over) stream.tellClosed();
    this.#deps.closed(this);
  }
}
