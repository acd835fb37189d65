// The streams of one session: which are open, which are over, and which wait to send.
import { CODE, type Code, MAX_WINDOW } from "./frames.ts";
import type { StreamConn } from "./stream-conn.ts";

/** So many streams that we gave up are remembered: what a client has sent before it knew is no fault. */
const MAX_REMEMBERED = 256;

export class StreamTable {
  /** The newest that the client has opened. */
  lastId = 0;
  readonly #open = new Map<number, StreamConn>();
  readonly #waiting = new Set<StreamConn>();
  readonly #givenUp = new Set<number>();

  get size(): number {
    return this.#open.size;
  }

  get(id: number): StreamConn | undefined {
    return this.#open.get(id);
  }

  add(stream: StreamConn): void {
    this.#open.set(stream.id, stream);
  }

  /** @returns whether it was there */
  remove(stream: StreamConn): boolean {
    this.#waiting.delete(stream);
    return this.#open.delete(stream.id);
  }

  /** Whether clients may open it now, or could have opened it: their numbers are odd. */
  isClients(id: number): boolean {
    return id % 2 === 1;
  }

  /** Nothing was ever said of it. */
  isIdle(id: number): boolean {
    return id > this.lastId || !this.isClients(id);
  }

  giveUp(id: number): void {
    this.#givenUp.add(id);
    const [oldest] = this.#givenUp;
    if (this.#givenUp.size > MAX_REMEMBERED) this.#givenUp.delete(oldest!);
  }

  wasGivenUp(id: number): boolean {
    return this.#givenUp.has(id);
  }

  waits(stream: StreamConn): void {
    this.#waiting.add(stream);
  }

  /** Lets all that wait send, a frame each, until no window is open any more. */
  pump(): void {
    for (let moved = this.#waiting.size > 0; moved;) {
      moved = false;
      for (const stream of [...this.#waiting]) {
        if (!this.#waiting.has(stream) || !stream.pump()) continue;
        moved = true;
        // The next turn begins with the others.
        if (this.#waiting.delete(stream) && stream.hasUnsent) this.#waiting.add(stream);
      }
    }
  }

  /** All windows become larger, or (negative) smaller. @returns the code of what is wrong with that */
  openAll(bytes: number): Code {
    for (const stream of this.#open.values()) if (!stream.openSending(bytes, MAX_WINDOW)) return CODE.flowControl;
    return CODE.none;
  }

  /** All are to wait, whatever they have to send. */
  press(): void {
    for (const stream of [...this.#open.values()]) stream.press();
  }

  /** Those go on that have nothing to send. */
  release(): void {
    for (const stream of [...this.#open.values()]) stream.release();
  }

  /** All are over. */
  lose(): void {
    const all = [...this.#open.values()];
    this.#open.clear();
    this.#waiting.clear();
    for (const stream of all) stream.lost();
  }
}
