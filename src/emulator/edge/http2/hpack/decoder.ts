// Pure: reads header blocks (RFC 7541). Whatever they are, it reads them to their end: the table has to follow the client's.
import { DynamicTable } from "./dynamic-table.ts";
import { HeaderField } from "./header-field.ts";
import { huffmanRoom, readHuffman } from "./huffman.ts";
import { STATIC_FIELDS } from "./static-table.ts";

/** As many fields as a head of HTTP/1.1 may have, and as many bytes. */
const MAX_FIELDS = 128;
export const MAX_LIST_BYTES = 32_768;
/** Further bytes of a number: with more, it is beyond everything that is counted here. */
const MAX_SHIFT = 21;

/** The fields of a block; made to be used again. */
export class HeaderList {
  readonly fields: HeaderField[] = [];
  /** There were more than are taken: what is here is not all. */
  tooLarge = false;
  #bytes = 0;

  reset(): void {
    this.fields.length = 0;
    this.tooLarge = false;
    this.#bytes = 0;
  }

  add(field: HeaderField): void {
    this.#bytes += field.size;
    if (this.#bytes > MAX_LIST_BYTES || this.fields.length >= MAX_FIELDS) this.tooLarge = true;
    else this.fields.push(field);
  }
}

/** Where the text of a Huffman code is written, for all decoders. */
let text = Buffer.allocUnsafeSlow(8_192);

export class HpackDecoder {
  readonly #table = new DynamicTable();
  /** Where the reading is. */
  #at = 0;

  /** Adds the fields of a block to the list. @returns false where it is none: nothing that follows can be read, then */
  decode(bytes: Buffer, start: number, end: number, list: HeaderList): boolean {
    this.#at = start;
    let mayResize = true;
    while (this.#at < end) {
      const byte = bytes[this.#at]!;
      if ((byte & 0xe0) === 0x20) {
        const maxBytes = this.#integer(bytes, end, 0x1f);
        if (!mayResize || maxBytes < 0 || !this.#table.resize(maxBytes)) return false;
        continue;
      }
      mayResize = false;
      const field =
        (byte & 0x80) === 0 ? this.#literal(bytes, end, byte) : this.#field(this.#integer(bytes, end, 0x7f));
      if (field === undefined) return false;
      list.add(field);
    }
    return true;
  }

  #literal(bytes: Buffer, end: number, byte: number): HeaderField | undefined {
    const isKept = (byte & 0x40) !== 0;
    const index = this.#integer(bytes, end, isKept ? 0x3f : 0xf);
    const name = index === 0 ? this.#string(bytes, end) : this.#field(index)?.name;
    if (name === undefined) return undefined;
    const value = this.#string(bytes, end);
    if (value === undefined) return undefined;
    const field = new HeaderField(name, value);
    if (isKept) this.#table.add(field);
    return field;
  }

  #field(index: number): HeaderField | undefined {
    if (index <= 0) return undefined;
    return index <= STATIC_FIELDS.length ? STATIC_FIELDS[index - 1] : this.#table.at(index - STATIC_FIELDS.length - 1);
  }

  /** @param prefix the bits of the first byte that are its (§5.1) @returns -1 where it is broken */
  #integer(bytes: Buffer, end: number, prefix: number): number {
    let value = bytes[this.#at++]! & prefix;
    if (value < prefix) return value;
    for (let shift = 0; shift <= MAX_SHIFT; shift += 7) {
      if (this.#at >= end) return -1;
      const byte = bytes[this.#at++]!;
      value += (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value;
    }
    return -1;
  }

  #string(bytes: Buffer, end: number): string | undefined {
    if (this.#at >= end) return undefined;
    const isCoded = (bytes[this.#at]! & 0x80) !== 0;
    const length = this.#integer(bytes, end, 0x7f);
    const start = this.#at;
    if (length < 0 || start + length > end) return undefined;
    this.#at = start + length;
    if (!isCoded) return bytes.toString("latin1", start, this.#at);
    const room = huffmanRoom(length);
    if (room > text.length) text = Buffer.allocUnsafeSlow(room);
    const textLength = readHuffman(bytes, start, this.#at, text);
    return textLength < 0 ? undefined : text.toString("latin1", 0, textLength);
  }
}
