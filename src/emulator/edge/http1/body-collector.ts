// Keeps a response's body that is meant for the proxy itself, up to a bound.
import { ChunkedReader } from "./chunked.ts";

/** Instructions are a few hundred bytes. */
export const MAX_COLLECTED_BYTES = 65_536;

export class BodyCollector {
  readonly #parts: Buffer[] = [];
  readonly #decoder: ChunkedReader | undefined;
  #bytes = 0;

  /** @param chunked the bytes come with their coding */
  constructor(chunked: boolean) {
    this.#decoder = chunked ? new ChunkedReader((bytes, start, end) => this.#keep(bytes, start, end)) : undefined;
  }

  /** @returns true: it never has to be waited for */
  add(bytes: Buffer, start: number, end: number): boolean {
    if (this.#decoder === undefined) this.#keep(bytes, start, end);
    else this.#decoder.read(bytes, start, end);
    return true;
  }

  /** The whole body, or undefined where it was too large. */
  text(): string | undefined {
    return this.#bytes > MAX_COLLECTED_BYTES ? undefined : Buffer.concat(this.#parts).toString("utf8");
  }

  #keep(bytes: Buffer, start: number, end: number): void {
    this.#bytes += end - start;
    if (this.#bytes <= MAX_COLLECTED_BYTES) this.#parts.push(Buffer.from(bytes.subarray(start, end)));
  }
}
