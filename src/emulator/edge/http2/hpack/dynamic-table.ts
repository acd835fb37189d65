// Pure: the fields that a client has said before, the newest first (RFC 7541 §2.3.2 and §4).
import type { HeaderField } from "./header-field.ts";

/** What a table may hold unless something else was agreed. */
export const TABLE_BYTES = 4_096;
/** No field counts less than 32 bytes. */
const MOST_FIELDS = TABLE_BYTES / 32;

export class DynamicTable {
  readonly #fields: (HeaderField | undefined)[] = [];
  /** Where the newest is. */
  #newest = 0;
  #count = 0;
  #bytes = 0;
  #maxBytes = TABLE_BYTES;

  /** @param age 0 for the newest */
  at(age: number): HeaderField | undefined {
    return age < this.#count ? this.#fields[(this.#newest - age + MOST_FIELDS) % MOST_FIELDS] : undefined;
  }

  add(field: HeaderField): void {
    this.#evict(this.#maxBytes - field.size);
    // One that is larger than the table empties it, and that is all (§4.4).
    if (field.size > this.#maxBytes) return;
    this.#newest = (this.#newest + 1) % MOST_FIELDS;
    this.#fields[this.#newest] = field;
    this.#count += 1;
    this.#bytes += field.size;
  }

  /** @returns false where that is more than was agreed */
  resize(maxBytes: number): boolean {
    if (maxBytes > TABLE_BYTES) return false;
    this.#maxBytes = maxBytes;
    this.#evict(maxBytes);
    return true;
  }

  #evict(toBytes: number): void {
    while (this.#count > 0 && this.#bytes > toBytes) {
      const oldest = (this.#newest - this.#count + 1 + MOST_FIELDS) % MOST_FIELDS;
      this.#bytes -= this.#fields[oldest]!.size;
      this.#fields[oldest] = undefined;
      this.#count -= 1;
    }
  }
}
