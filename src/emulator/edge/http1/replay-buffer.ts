// Keeps the beginning of a request's body while the request may have to be sent once more.

/** A body up to this size is kept until the response begins, so that the request can be sent to another machine. */
export const REPLAY_BYTES = 1_048_576;

export class ReplayBuffer {
  #chunks: Buffer[] | undefined = [];
  #bytes = 0;

  /** Everything that has arrived is still here. */
  get whole(): boolean {
    return this.#chunks !== undefined;
  }

  get full(): boolean {
    return this.#bytes > REPLAY_BYTES;
  }

  get chunks(): readonly Buffer[] {
    return this.#chunks ?? [];
  }

  /** Keeps a copy, unless something was discarded before. */
  add(bytes: Buffer, start: number, end: number): void {
    if (this.#chunks === undefined) return;
    this.#chunks.push(Buffer.from(bytes.subarray(start, end)));
    this.#bytes += end - start;
  }

  discard(): void {
    this.#chunks = undefined;
  }
}
