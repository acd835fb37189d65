// Pure: what waits of all answers of one session. A stream alone waits with what one read from its app has brought; where there are
// many, their apps are not read either, until the client takes more.
import type { StreamTable } from "./stream-table.ts";

const MAX_UNSENT_BYTES = 4_194_304;

export class UnsentAnswers {
  /** No app is to be read. */
  isFull = false;
  readonly #streams: StreamTable;
  readonly #wake: () => void;
  #bytes = 0;
  /** Streams were told to wait for the others. */
  #presses = false;

  /** @param wake settle() is to be called at the end of this turn */
  constructor(streams: StreamTable, wake: () => void) {
    this.#streams = streams;
    this.#wake = wake;
  }

  /** More waits than before, or (negative) less. */
  queued(bytes: number): void {
    this.#bytes += bytes;
    if (!this.isFull && this.#bytes > MAX_UNSENT_BYTES) {
      this.isFull = true;
      this.#presses = true;
      this.#streams.press();
    } else if (this.isFull && this.#bytes <= MAX_UNSENT_BYTES / 2) {
      this.isFull = false;
      this.#wake();
    }
  }

  /** Lets the streams go on that have waited for others. */
  settle(): void {
    if (!this.#presses || this.isFull) return;
    this.#presses = false;
    this.#streams.release();
  }
}
