// Conn inside TLS 1.3 on another Conn: seals what is written and opens what comes. Begins where the handshake has ended.
// Behaves as net-conn.ts does over a TLS socket.
import type { Conn, ConnListener } from "../http1/conn.ts";
import type { Suite } from "./key-schedule.ts";
import { KEY_UPDATE_MESSAGE, KeyUpdateReader } from "./key-updates.ts";
import * as format from "./record-format.ts";
import { RecordOpener, RecordSealer } from "./record-layer.ts";
import type { RecordSpace } from "./record-space.ts";

/** So many records in a row may bring nothing for the application. */
const MAX_RECORDS_WITHOUT_DATA = 32;
const ALERT_BYTES = 2;
const NOTHING = Buffer.alloc(0);

export interface HandshakeOutcome {
  readonly suite: Suite;
  /** Of the client's direction and of ours. */
  readonly clientSecret: Buffer;
  readonly serverSecret: Buffer;
  /** Records that were sent under our secret already. */
  readonly sent: number;
  /** What has come behind the handshake, and whether the client's direction of TCP ended after it. */
  readonly held: Buffer | undefined;
  readonly ended: boolean;
}

/** Reads from now on. It has to hear what happens on `conn`, which is paused. */
export class RecordConn implements Conn, ConnListener {
  readonly #conn: Conn;
  readonly #space: RecordSpace;
  readonly #listener: ConnListener;
  readonly #sealer: RecordSealer;
  readonly #opener: RecordOpener;
  readonly #keyUpdates = new KeyUpdateReader();
  /** Not opened yet: a part of a record, or what came while nobody read. */
  #held: Buffer | undefined;
  #withoutData = 0;
  /** Our key has to change before more data is sent. */
  #owesKeyUpdate = false;
  #reading = true;
  /** The client's direction of TCP has ended. */
  #connEnded: boolean;
  #endTold = false;
  #ending = false;
  /** Nothing is to be heard of it any more. */
  #given = false;
  #closed = false;

  constructor(conn: Conn, space: RecordSpace, outcome: HandshakeOutcome, listener: ConnListener) {
    const { suite, clientSecret, serverSecret, sent } = outcome;
    this.#conn = conn;
    this.#space = space;
    this.#listener = listener;
    this.#sealer = new RecordSealer(space, suite, serverSecret, sent);
    this.#opener = new RecordOpener(space, suite, clientSecret, 0);
    this.#held = outcome.held;
    this.#connEnded = outcome.ended;
    queueMicrotask(() => this.#catchUp());
  }

  get remoteAddress(): string {
    return this.#conn.remoteAddress;
  }

  get remotePort(): number {
    return this.#conn.remotePort ?? 0;
  }

  get hasUnsent(): boolean {
    return this.#conn.hasUnsent;
  }

  get isPressed(): boolean {
    return this.#conn.isPressed;
  }

  writeText(text: string): boolean {
    return this.writeTextAndBytes(text, NOTHING, 0, 0);
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    return this.writeTextAndBytes("", bytes, start, end);
  }

  /** As few records as hold it, and as many of them in one write as the space has room for. */
  writeTextAndBytes(text: string, bytes: Buffer, start: number, end: number): boolean {
    const length = text.length + end - start;
    let drained = true;
    for (let from = 0; from < length && !this.#closed && !this.#ending;) {
      const { bytes: space, sealAt, sealBytes } = this.#space;
      let at = this.#owesKeyUpdate || this.#sealer.isWorn ? this.#sealKeyUpdate() : sealAt;
      for (let room: number; from < length && (room = sealAt + sealBytes - at - format.RECORD_OVERHEAD_BYTES) > 0;) {
        const content = at + format.RECORD_HEAD_BYTES;
        const most = Math.min(room, format.MAX_CONTENT_BYTES);
        let filled = 0;
        if (from < text.length)
          filled = space.write(from + text.length <= most ? text : text.slice(from, from + most), content, "latin1");
        const next = start + Math.max(0, from - text.length);
        if (filled < most) filled += bytes.copy(space, content + filled, next, Math.min(end, next + most - filled));
        from += filled;
        at = this.#sealer.seal(at, filled, format.APPLICATION_DATA);
      }
      drained = this.#conn.writeBytes(space, sealAt, at);
    }
    return drained;
  }

  pause(): void {
    // After the client's end nothing more is handed on, and its end in TCP is still to be heard of.
    if (this.#endTold) return;
    this.#reading = false;
    this.#conn.pause();
  }

  resume(): void {
    if (this.#reading || this.#endTold || this.#closed) return;
    this.#reading = true;
    if (this.#held !== undefined || this.#connEnded) queueMicrotask(() => this.#catchUp());
    else this.#conn.resume();
  }

  end(): void {
    if (this.#ending || this.#closed) return;
    this.#ending = true;
    this.#sendAlert(format.WARNING, format.CLOSE_NOTIFY);
    this.#conn.end();
    this.#closeIfOver();
  }

  destroy(): void {
    this.#given = true;
    this.#lose();
  }

  /** An end without TLS's own word for it is what tells the peer that something is missing. */
  abort(): void {
    this.destroy();
  }

  onData(bytes: Buffer, start: number, end: number): void {
    if (this.#closed || this.#endTold) return;
    if (this.#held === undefined) return this.#take(bytes, start, end);
    const all = Buffer.concat([this.#held, bytes.subarray(start, end)]);
    this.#held = undefined;
    this.#take(all, 0, all.length);
  }

  onEnd(): void {
    this.#connEnded = true;
    this.#catchUp();
  }

  onDrain(): void {
    if (!this.#closed && !this.#ending) this.#listener.onDrain();
  }

  onClose(): void {
    this.#closed = true;
    this.#forget();
    if (this.#given) return;
    this.#given = true;
    this.#listener.onClose();
  }

  /** Opens the records that are whole, and keeps what is left. */
  #take(bytes: Buffer, start: number, end: number): void {
    const { openAt } = this.#space;
    let at = start;
    while (this.#reading && !this.#closed && !this.#endTold) {
      const recordBytes = format.recordBytesAt(bytes, at, end);
      if (recordBytes === undefined) break;
      // Whatever else it is, it is none of a client that has shaken hands.
      if (bytes[at] !== format.APPLICATION_DATA) return this.#fail(format.UNEXPECTED_MESSAGE);
      if (recordBytes > format.RECORD_HEAD_BYTES + format.MAX_SEALED_BYTES) return this.#fail(format.RECORD_OVERFLOW);
      if (at + recordBytes > end) break;
      bytes.copy(this.#space.bytes, openAt, at, at + recordBytes);
      at += recordBytes;
      const alert = this.#opener.open(openAt, recordBytes);
      if (alert !== undefined) return this.#fail(alert);
      this.#takeContent(openAt + format.RECORD_HEAD_BYTES, this.#opener.contentEnd);
    }
    if (at < end && !this.#closed && !this.#endTold) this.#held = Buffer.from(bytes.subarray(at, end));
  }

  #takeContent(start: number, end: number): void {
    const { bytes } = this.#space;
    const { type } = this.#opener;
    if (type === format.APPLICATION_DATA && end > start && !this.#keyUpdates.isWithin) {
      this.#withoutData = 0;
      return this.#listener.onData(bytes, start, end);
    }
    this.#withoutData += 1;
    if (this.#withoutData > MAX_RECORDS_WITHOUT_DATA) return this.#fail(format.UNEXPECTED_MESSAGE);
    if (type === format.ALERT) return this.#takeAlert(start, end);
    if (type === format.HANDSHAKE) return this.#takeMessage(start, end);
    // Empty records are allowed of data alone, and not within a message.
    if (type !== format.APPLICATION_DATA || this.#keyUpdates.isWithin) this.#fail(format.UNEXPECTED_MESSAGE);
  }

  #takeAlert(start: number, end: number): void {
    if (end - start !== ALERT_BYTES) return this.#fail(format.DECODE_ERROR);
    const description = this.#space.bytes[start + 1];
    if (description === format.CLOSE_NOTIFY) return this.#tellEnd();
    // It is followed by the end; all others mean that the client has given up.
    if (description !== format.USER_CANCELED) this.#lose();
  }

  #takeMessage(start: number, end: number): void {
    const step = this.#keyUpdates.take(this.#space.bytes, start, end);
    if (step.is === "wrong") return this.#fail(step.alert);
    if (step.is === "more") return;
    this.#opener.update();
    // One of ours answers all that came before it.
    if (step.is === "asked") this.#owesKeyUpdate = true;
  }

  /** @returns where it ends in the space */
  #sealKeyUpdate(): number {
    const { bytes, sealAt } = this.#space;
    this.#owesKeyUpdate = false;
    const length = KEY_UPDATE_MESSAGE.copy(bytes, sealAt + format.RECORD_HEAD_BYTES);
    const end = this.#sealer.seal(sealAt, length, format.HANDSHAKE);
    this.#sealer.update();
    return end;
  }

  #sendAlert(level: number, description: number): void {
    const { bytes, sealAt } = this.#space;
    bytes[sealAt + format.RECORD_HEAD_BYTES] = level;
    bytes[sealAt + format.RECORD_HEAD_BYTES + 1] = description;
    this.#conn.writeBytes(bytes, sealAt, this.#sealer.seal(sealAt, ALERT_BYTES, format.ALERT));
  }

  /** Opens what came while nobody read. */
  #catchUp(): void {
    if (!this.#reading || this.#closed) return;
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#take(held, 0, held.length);
    if (this.#closed || (!this.#reading && !this.#endTold)) return;
    if (!this.#connEnded) this.#conn.resume();
    // A record that is cut off cannot be a clean end.
    else if (this.#held === undefined) this.#tellEnd();
    else this.#lose();
  }

  #tellEnd(): void {
    if (this.#endTold) return;
    this.#endTold = true;
    this.#reading = false;
    this.#listener.onEnd();
    this.#closeIfOver();
  }

  /** Both directions have ended in TLS. The client's may not in TCP, which would keep the connection. */
  #closeIfOver(): void {
    if (this.#ending && this.#endTold && !this.#connEnded && !this.#conn.hasUnsent) this.#lose();
  }

  /** What came is not what may come. */
  #fail(alert: number): void {
    if (this.#closed) return;
    if (!this.#ending) this.#sendAlert(format.FATAL, alert);
    this.#lose();
  }

  /** The connection is gone. The listener hears of it later: not within a call of its own. */
  #lose(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#reading = false;
    this.#forget();
    this.#conn.destroy();
    queueMicrotask(() => {
      if (this.#given) return;
      this.#given = true;
      this.#listener.onClose();
    });
  }

  #forget(): void {
    this.#held = undefined;
    this.#sealer.forget();
    this.#opener.forget();
  }
}
