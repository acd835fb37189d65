// Keeps the beginning of a request's body while the request may have to be sent once more.
import type { UpstreamConnection } from "./upstream-connection.ts";

/** A body up to this size is kept until the response begins, so that the request can be sent to another machine. */
export const REPLAY_BYTES = 1_048_576;
/** What all bodies together may take: clients that never end theirs cannot fill the memory. */
export const ALL_REPLAY_BYTES = 67_108_864;
/** Pieces that are smaller are put together: as buffers of their own, single bytes would take a hundred times their size. */
const BLOCK_BYTES = 8_192;

const NOTHING = Buffer.alloc(0);
/** Of requests without a body: it stays empty. */
const NOTHING_YET: Buffer[] = [];

/** What is kept of all bodies of one edge. */
export class ReplayBudget {
  readonly #most: number;
  #used = 0;

  constructor(most = ALL_REPLAY_BYTES) {
    this.#most = most;
  }

  get used(): number {
    return this.#used;
  }

  get spent(): boolean {
    return this.#used > this.#most;
  }

  /** @param bytes negative: they are given back */
  take(bytes: number): void {
    this.#used += bytes;
  }
}

export class ReplayBuffer {
  readonly #budget: ReplayBudget;
  #chunks: Buffer[] | undefined = NOTHING_YET;
  #bytes = 0;
  /** Small pieces, up to where it is filled. */
  #block: Buffer | undefined;
  #filled = 0;

  constructor(budget: ReplayBudget) {
    this.#budget = budget;
  }

  /** Everything that has arrived is still here. */
  get whole(): boolean {
    return this.#chunks !== undefined;
  }

  /** Nothing more should be added: send it, or let the client wait. */
  get full(): boolean {
    return this.#bytes > REPLAY_BYTES || (this.#bytes > 0 && this.#budget.spent);
  }

  get chunks(): readonly Buffer[] {
    this.#seal();
    return this.#chunks ?? [];
  }

  /** Keeps a copy, unless something was discarded before. */
  add(bytes: Buffer, start: number, end: number): void {
    if (this.#chunks === undefined) return;
    this.#bytes += end - start;
    this.#budget.take(end - start);
    if (this.#chunks.length === 0 && this.#block === undefined) {
      // Mostly it is the only one.
      this.#chunks = [Buffer.from(bytes.subarray(start, end))];
      return;
    }
    let from = start;
    if (this.#block !== undefined) from += this.#fill(this.#block, bytes, start, end);
    if (end - from >= BLOCK_BYTES) this.#chunks.push(Buffer.from(bytes.subarray(from, end)));
    else if (end > from) this.#fill((this.#block ??= Buffer.allocUnsafeSlow(BLOCK_BYTES)), bytes, from, end);
  }

  /** Sends a head and what is kept behind it; what is more than should be is not kept any longer. @returns as Conn.writeBytes */
  sendTo(upstream: UpstreamConnection, head: string): boolean {
    const { chunks } = this;
    let drained = upstream.sendHead(head, chunks[0] ?? NOTHING);
    for (let i = 1; i < chunks.length; i += 1) drained = upstream.send(chunks[i]!, 0, chunks[i]!.length);
    if (this.full) this.discard();
    return drained;
  }

  discard(): void {
    this.#chunks = undefined;
    this.#block = undefined;
    this.#budget.take(-this.#bytes);
    this.#bytes = 0;
  }

  /** @returns how many bytes had room */
  #fill(block: Buffer, bytes: Buffer, start: number, end: number): number {
    const count = bytes.copy(block, this.#filled, start, end);
    this.#filled += count;
    if (this.#filled === BLOCK_BYTES) this.#seal();
    return count;
  }

  #seal(): void {
    if (this.#block === undefined) return;
    this.#chunks?.push(this.#block.subarray(0, this.#filled));
    this.#block = undefined;
    this.#filled = 0;
  }
}
