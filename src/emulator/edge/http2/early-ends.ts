// Streams whose answer was complete before their request was. The client is asked to stop sending (RFC 9113 §8.1) once it has
// read the end of the answer: where it reads both at once, Node.js' client takes the stream for aborted, and never closes it.
import { CODE, PING_BYTES } from "./frames.ts";
import type { SessionOutput } from "./session-output.ts";

/** A client that does not say how far it has read is not waited for any longer. */
const PING_MS = 1_000;
/** ... nor where so many streams wait for it. */
const MAX_WAITING = 256;
const NUMBER_AT = PING_BYTES - 4;

export interface EarlyEndsDeps {
  readonly output: SessionOutput;
  /** The client was made to send something. */
  asked(): void;
  nowMs(): number;
}

export class EarlyEnds {
  readonly #deps: EarlyEndsDeps;
  /** An acknowledgment of it says that all before it was read. */
  readonly #ping = Buffer.from("end\0\0\0\0\0");
  /** Those that ended before the ping that is under way, and those that ended after it. */
  #asked = new Set<number>();
  #later = new Set<number>();
  #askedMs = 0;

  constructor(deps: EarlyEndsDeps) {
    this.#deps = deps;
  }

  /** The end of a stream was written, and its client has not ended it. */
  add(id: number): void {
    if (this.#asked.size + this.#later.size >= MAX_WAITING) this.stopAll();
    if (this.#asked.size === 0) this.#ask(new Set([id]));
    else this.#later.add(id);
  }

  /** The client has ended it by itself. */
  forget(id: number): void {
    this.#asked.delete(id);
    this.#later.delete(id);
  }

  /** A ping was acknowledged: bytes [at, at + 8). */
  heard(bytes: Buffer, at: number): void {
    if (this.#ping.compare(bytes, at, at + PING_BYTES) !== 0) return;
    this.#stop(this.#asked);
    if (this.#later.size === 0) return;
    const later = this.#later;
    this.#later = this.#asked;
    this.#ask(later);
  }

  /** Enforces the time limit. */
  sweep(): void {
    if (this.#asked.size + this.#later.size > 0 && this.#deps.nowMs() - this.#askedMs > PING_MS) this.stopAll();
  }

  /** Waits for nothing. */
  stopAll(): void {
    this.#stop(this.#asked);
    this.#stop(this.#later);
  }

  #ask(ids: Set<number>): void {
    this.#asked = ids;
    this.#askedMs = this.#deps.nowMs();
    // An older one, acknowledged late, does not speak of these.
    this.#ping.writeUInt32BE((this.#ping.readUInt32BE(NUMBER_AT) + 1) >>> 0, NUMBER_AT);
    this.#deps.output.ping(0, this.#ping, 0);
    this.#deps.asked();
  }

  #stop(ids: Set<number>): void {
    for (const id of ids) this.#deps.output.reset(id, CODE.none);
    ids.clear();
  }
}
