// What a client's frames mean (RFC 9113 §6). What is wrong with a stream ends the stream, what is wrong with the session ends the
// session, and so does a flood.
import { ClientSettings } from "./client-settings.ts";
import type { EarlyEnds } from "./early-ends.ts";
import { FloodGuard } from "./flood-guard.ts";
import { FrameReader, type FrameSink } from "./frame-reader.ts";
import { CODE, type Code, FLAG, FRAME, MAX_WINDOW, PING_BYTES, PREFACE, wordAt } from "./frames.ts";
import { HeaderAssembly, inside, lookInside } from "./header-assembly.ts";
import { HpackDecoder, HeaderList } from "./hpack/decoder.ts";
import { type Http1Head, renderRequestHead } from "./request-head.ts";
import type { SessionOutput } from "./session-output.ts";
import type { SessionWindows } from "./session-windows.ts";
import type { StreamConn } from "./stream-conn.ts";
import type { StreamTable } from "./stream-table.ts";

/** Sent at once by a browser at most some dozens; the rest waits. */
export const MAX_STREAMS = 128;
const WORD_BYTES = 4;
const PRIORITY_BYTES = 5;
const GOAWAY_BYTES = 8;

/** For the header block that is read. */
const list = new HeaderList();

/** The session that the frames are of. */
export interface FramedSession {
  readonly output: SessionOutput;
  readonly streams: StreamTable;
  readonly windows: SessionWindows;
  readonly early: EarlyEnds;
  /** It has said goodbye: streams that are opened now were never taken. */
  readonly hasLeft: boolean;
  open(id: number, head: Http1Head, ended: boolean): void;
  /** Answers a request with a head that is larger than heads may be. */
  refuseLarge(id: number, ended: boolean): void;
  /** The client has given a stream up. */
  lost(stream: StreamConn): void;
  /** The answer to a ping: bytes [at, at + 8). */
  heardPing(bytes: Buffer, at: number): void;
  /** The client wants no more than it has asked for. */
  heardGoodbye(): void;
}

export class SessionFrames implements FrameSink {
  readonly settings = new ClientSettings();
  readonly #session: FramedSession;
  readonly #reader = new FrameReader();
  readonly #decoder = new HpackDecoder();
  readonly #assembly = new HeaderAssembly();
  readonly #guard: FloodGuard;
  #prefaceLeft = PREFACE.length;
  #greeted = false;
  #nowMs: number;
  /** Of the frame that was read last. */
  #code: Code = CODE.none;

  constructor(session: FramedSession, nowMs: number) {
    this.#session = session;
    this.#nowMs = nowMs;
    this.#guard = new FloodGuard(nowMs);
  }

  /** A frame of a body was sent. */
  sent(): void {
    this.#guard.sent();
  }

  /** The client was made to send a frame. */
  asked(): void {
    this.#guard.asked();
  }

  /** @returns the code of an error that ends the session */
  read(bytes: Buffer, start: number, end: number, nowMs: number): Code {
    this.#nowMs = nowMs;
    let at = start;
    for (; this.#prefaceLeft > 0 && at < end; at += 1, this.#prefaceLeft -= 1)
      if (bytes[at] !== PREFACE[PREFACE.length - this.#prefaceLeft]) return CODE.protocol;
    if (!this.#reader.read(bytes, at, end, this)) return CODE.frameSize;
    return this.#code;
  }

  frame(type: number, flags: number, stream: number, bytes: Buffer, start: number, end: number): boolean {
    this.#code = this.#take(type, flags, stream, bytes, start, end);
    return this.#code === CODE.none;
  }

  #take(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): Code {
    if (!this.#greeted) {
      if (type !== FRAME.settings || (flags & FLAG.ack) !== 0) return CODE.protocol;
      this.#greeted = true;
    }
    const { stream: begun } = this.#assembly;
    if (begun !== 0 && (type !== FRAME.continuation || id !== begun)) return CODE.protocol;
    switch (type) {
      case FRAME.data:
        return this.#data(flags, id, bytes, start, end);
      case FRAME.headers:
        return this.#headers(flags, id, bytes, start, end);
      case FRAME.continuation:
        return this.#continuation(flags, bytes, start, end);
      case FRAME.reset:
        return this.#reset(id, end - start);
      case FRAME.push:
        return CODE.protocol;
      default:
        return this.#guard.trifle(this.#nowMs) ? this.#trifle(type, flags, id, bytes, start, end) : CODE.calm;
    }
  }

  #trifle(type: number, flags: number, id: number, bytes: Buffer, start: number, end: number): Code {
    const length = end - start;
    switch (type) {
      case FRAME.windowUpdate:
        return length === WORD_BYTES ? this.#windowUpdate(id, wordAt(bytes, start) & MAX_WINDOW) : CODE.frameSize;
      case FRAME.priority:
        // Nothing depends on it here (§5.3.2).
        if (length !== PRIORITY_BYTES) return CODE.frameSize;
        return id === 0 || (wordAt(bytes, start) & MAX_WINDOW) === id ? CODE.protocol : CODE.none;
      case FRAME.settings:
        if (id !== 0) return CODE.protocol;
        if ((flags & FLAG.ack) !== 0) return length === 0 ? CODE.none : CODE.frameSize;
        return this.#newSettings(bytes, start, end);
      case FRAME.ping:
        if (id !== 0) return CODE.protocol;
        if (length !== PING_BYTES) return CODE.frameSize;
        if ((flags & FLAG.ack) === 0) this.#session.output.ping(FLAG.ack, bytes, start);
        else this.#session.heardPing(bytes, start);
        return CODE.none;
      case FRAME.goaway:
        if (id !== 0) return CODE.protocol;
        if (length < GOAWAY_BYTES) return CODE.frameSize;
        this.#session.heardGoodbye();
        return CODE.none;
      default:
        return CODE.none;
    }
  }

  #data(flags: number, id: number, bytes: Buffer, start: number, end: number): Code {
    const { streams, windows } = this.#session;
    if (streams.isIdle(id)) return CODE.protocol;
    const code = lookInside(id, flags & FLAG.padded, bytes, start, end);
    if (code !== CODE.none) return code;
    const { start: from, end: to } = inside;
    const last = (flags & FLAG.endStream) !== 0;
    if (!windows.receive(end - start)) return CODE.flowControl;
    if (from === to && !last && !this.#guard.fault(this.#nowMs)) return CODE.calm;
    const stream = streams.get(id);
    if (stream !== undefined) return this.#judge(stream, stream.take(bytes, from, to, end - start, last));
    if (!streams.wasGivenUp(id)) return this.#refuse(id, CODE.streamClosed);
    if (last) this.#session.early.forget(id);
    return CODE.none;
  }

  #headers(flags: number, id: number, bytes: Buffer, start: number, end: number): Code {
    if (!this.#session.streams.isClients(id)) return CODE.protocol;
    const code = lookInside(id, flags, bytes, start, end);
    if (code !== CODE.none) return code;
    if ((flags & FLAG.endHeaders) === 0) return this.#assembly.begin(id, flags, bytes, inside.start, inside.end);
    return this.#block(id, (flags & FLAG.endStream) !== 0, bytes, inside.start, inside.end);
  }

  #continuation(flags: number, bytes: Buffer, start: number, end: number): Code {
    const { stream: id, flags: firstFlags } = this.#assembly;
    if (id === 0) return CODE.protocol;
    const code = this.#assembly.add(bytes, start, end);
    if (code !== CODE.none || (flags & FLAG.endHeaders) === 0) return code;
    const block = this.#assembly.take();
    return this.#block(id, (firstFlags & FLAG.endStream) !== 0, block, 0, block.length);
  }

  /** A header block that is whole. Its client's table has changed with it, whatever becomes of the stream. */
  #block(id: number, ended: boolean, bytes: Buffer, start: number, end: number): Code {
    const session = this.#session;
    const { streams } = session;
    list.reset();
    if (!this.#decoder.decode(bytes, start, end, list)) return CODE.compression;
    const stream = streams.get(id);
    if (stream !== undefined) {
      const code = list.tooLarge || !ended ? CODE.protocol : stream.takeTrailer(list.fields);
      return this.#judge(stream, code);
    }
    if (!streams.isIdle(id)) {
      if (!streams.wasGivenUp(id)) return CODE.streamClosed;
      session.early.forget(id);
      return this.#inVain();
    }
    streams.lastId = id;
    if (session.hasLeft) {
      streams.giveUp(id);
      return this.#inVain();
    }
    if (streams.size >= MAX_STREAMS) return this.#refuse(id, CODE.refused);
    if (list.tooLarge) {
      session.refuseLarge(id, ended);
      return this.#guard.fault(this.#nowMs) ? CODE.none : CODE.calm;
    }
    const head = renderRequestHead(list.fields, ended);
    if (head === undefined) return this.#refuse(id, CODE.protocol);
    session.open(id, head, ended);
    return CODE.none;
  }

  /** What nobody takes was work, all the same. */
  #inVain(): Code {
    return this.#guard.trifle(this.#nowMs) ? CODE.none : CODE.calm;
  }

  #reset(id: number, length: number): Code {
    const { streams } = this.#session;
    if (length !== WORD_BYTES) return CODE.frameSize;
    if (streams.isIdle(id)) return CODE.protocol;
    const stream = streams.get(id);
    if (stream === undefined) {
      this.#session.early.forget(id);
      return this.#inVain();
    }
    this.#session.lost(stream);
    return this.#guard.reset(this.#nowMs) ? CODE.none : CODE.calm;
  }

  #windowUpdate(id: number, bytes: number): Code {
    const { streams, windows } = this.#session;
    if (id === 0) {
      if (bytes === 0) return CODE.protocol;
      return windows.openSending(bytes) ? CODE.none : CODE.flowControl;
    }
    if (streams.isIdle(id)) return CODE.protocol;
    const stream = streams.get(id);
    if (stream === undefined) return CODE.none;
    if (bytes === 0) return this.#judge(stream, CODE.protocol);
    return this.#judge(stream, stream.openSending(bytes, MAX_WINDOW) ? CODE.none : CODE.flowControl);
  }

  #newSettings(bytes: Buffer, start: number, end: number): Code {
    const before = this.settings.initialWindow;
    const code = this.settings.read(bytes, start, end);
    if (code !== CODE.none) return code;
    this.#session.output.settingsAck();
    return this.#session.streams.openAll(this.settings.initialWindow - before);
  }

  /** Ends a stream that something is wrong with. @returns whether that ends the session, too */
  #judge(stream: StreamConn, code: Code): Code {
    if (code === CODE.none) return code;
    const result = this.#refuse(stream.id, code);
    this.#session.lost(stream);
    return result;
  }

  #refuse(id: number, code: Code): Code {
    this.#session.output.reset(id, code);
    this.#session.streams.giveUp(id);
    return this.#guard.fault(this.#nowMs) ? CODE.none : CODE.calm;
  }
}
