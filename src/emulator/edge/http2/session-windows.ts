// Pure: the windows of a session as a whole (RFC 9113 §5.2): what its client takes, and what it may send.
import { FIRST_WINDOW, MAX_WINDOW } from "./frames.ts";

/** Bytes under way to us in one session, for uploads over long distances. */
export const SESSION_WINDOW = 1_048_576;
/** What bodies of requests may wait here, in all streams together, before the client is asked to wait. */
const MAX_HELD_BYTES = 4_194_304;

export class SessionWindows {
  /** Bytes that the client takes. */
  sendable = FIRST_WINDOW;
  #receivable = SESSION_WINDOW;
  /** What was received, and not allowed anew yet. */
  #owed = 0;
  #heldBytes = 0;
  readonly #open: (bytes: number) => void;

  /** @param open allows the client so many more bytes */
  constructor(open: (bytes: number) => void) {
    this.#open = open;
  }

  /** @returns false where that is more than was allowed */
  receive(bytes: number): boolean {
    this.#receivable -= bytes;
    this.#owed += bytes;
    this.#repay();
    return this.#receivable >= 0;
  }

  /** Some of it waits here, or (negative) waits no longer. */
  held(bytes: number): void {
    this.#heldBytes += bytes;
    if (bytes < 0) this.#repay();
  }

  /** @returns false where that is more than a window can be */
  openSending(bytes: number): boolean {
    this.sendable += bytes;
    return this.sendable <= MAX_WINDOW;
  }

  #repay(): void {
    // One stream whose machine does not take its body does not close the window of the others.
    if (this.#owed < SESSION_WINDOW / 2 || this.#heldBytes > MAX_HELD_BYTES) return;
    const bytes = this.#owed;
    this.#receivable += bytes;
    this.#owed = 0;
    this.#open(bytes);
  }
}
