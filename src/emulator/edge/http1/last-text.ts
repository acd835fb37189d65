// Text of bytes that are mostly the same as the time before.

/** What is longer is decoded more quickly than it is compared. */
const MOST_BYTES = 64;

/** Decodes latin1, and has the text of what it was given last. Browsers and apps give some fields the same value again and again. */
export class LastText {
  readonly #bytes = new Uint8Array(MOST_BYTES);
  #length = -1;
  #text = "";

  /** The text at [start, end). */
  of(bytes: Buffer, start: number, end: number): string {
    const length = end - start;
    if (length > MOST_BYTES) return bytes.toString("latin1", start, end);
    if (length !== this.#length || !this.#isSame(bytes, start)) {
      this.#length = length;
      for (let i = 0; i < length; i += 1) this.#bytes[i] = bytes[start + i]!;
      this.#text = bytes.toString("latin1", start, end);
    }
    return this.#text;
  }

  #isSame(bytes: Buffer, start: number): boolean {
    for (let i = 0; i < this.#length; i += 1) if (this.#bytes[i] !== bytes[start + i]) return false;
    return true;
  }
}
