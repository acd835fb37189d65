// Pure: small pieces of one body that come within one read, put together: a client that sends single bytes would cost its app a
// write for each.

/** From here on, a piece goes its own way: a copy would cost more than it saves. */
const SMALL_BYTES = 4_096;
const BLOCK_BYTES = 16_384;

export class SmallPieces {
  /** They are bytes [start, end); where there is one piece alone, these are those of the read. */
  bytes: Buffer | undefined;
  start = 0;
  end = 0;
  /** What they took of the window. */
  cost = 0;
  #isOwn = false;

  /**
   * Keeps a piece, whose bytes must stay as they are until clear().
   * @returns false where it is too large, or those that are kept leave it no room
   */
  add(bytes: Buffer, start: number, end: number, cost: number): boolean {
    const length = end - start;
    if (length >= SMALL_BYTES) return false;
    if (this.bytes === undefined) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
      this.cost = cost;
      return true;
    }
    if (!this.#isOwn) this.#own(this.bytes);
    if (this.end + length > BLOCK_BYTES) return false;
    this.end += bytes.copy(this.bytes, this.end, start, end);
    this.cost += cost;
    return true;
  }

  clear(): void {
    this.bytes = undefined;
    this.#isOwn = false;
  }

  #own(bytes: Buffer): void {
    this.bytes = Buffer.allocUnsafe(BLOCK_BYTES);
    this.end = bytes.copy(this.bytes, 0, this.start, this.end);
    this.start = 0;
    this.#isOwn = true;
  }
}
