// The two directions of a connection's records: keys, numbers, and what stands around the content (RFC 8446 §5.2).
import { nextSecretOf, type Suite, type TrafficKey, trafficKeyOf } from "./key-schedule.ts";
import {
  APPLICATION_DATA,
  BAD_RECORD_MAC,
  MAX_CONTENT_BYTES,
  RECORD_HEAD_BYTES,
  RECORD_OVERFLOW,
  TAG_BYTES,
  UNEXPECTED_MESSAGE,
} from "./record-format.ts";
import type { RecordCipher, RecordSpace } from "./record-space.ts";

/** The version that all records name. */
const LEGACY_VERSION = 0x03;
/** A key that has sealed so many records is to be replaced; AES-GCM's bound is the lowest (RFC 8446 §5.5). */
export const MAX_SEALED_RECORDS = 2 ** 24;

/** Keys of one direction, each made from the secret of the one before. */
class Traffic {
  readonly cipher: RecordCipher;
  readonly bytes: Buffer;
  readonly #suite: Suite;
  #secret: Buffer;
  key: TrafficKey;
  sequence: number;

  /** @param sequence records that the secret's key has sealed before */
  constructor(space: RecordSpace, suite: Suite, secret: Buffer, sequence: number) {
    this.cipher = space.cipherOf(suite);
    this.bytes = space.bytes;
    this.#suite = suite;
    this.#secret = secret;
    this.key = trafficKeyOf(secret, suite);
    this.sequence = sequence;
  }

  /** Goes on with the next key. */
  update(): void {
    const next = nextSecretOf(this.#secret, this.#suite);
    this.forget();
    this.#secret = next;
    this.key = trafficKeyOf(next, this.#suite);
    this.sequence = 0;
  }

  forget(): void {
    for (const secret of [this.#secret, this.key.key, this.key.iv]) secret.fill(0);
  }
}

export class RecordSealer extends Traffic {
  get isWorn(): boolean {
    return this.sequence >= MAX_SEALED_RECORDS;
  }

  /**
   * Makes a record of content that stands in the space, with room before it for a record's head.
   * @param at where the record begins
   * @returns where it ends
   */
  seal(at: number, contentBytes: number, type: number): number {
    const { bytes } = this;
    const content = at + RECORD_HEAD_BYTES;
    bytes[content + contentBytes] = type;
    const sealedBytes = contentBytes + 1 + TAG_BYTES;
    bytes[at] = APPLICATION_DATA;
    bytes[at + 1] = LEGACY_VERSION;
    bytes[at + 2] = LEGACY_VERSION;
    bytes[at + 3] = sealedBytes >> 8;
    bytes[at + 4] = sealedBytes & 255;
    this.cipher.seal(this.key, this.sequence++, content, contentBytes + 1);
    return content + sealedBytes;
  }
}

export class RecordOpener extends Traffic {
  /** Of the record that was opened last: the type of its content, and where that ends in the space. */
  type = 0;
  contentEnd = 0;

  /** @param at where a whole record begins in the space @returns the alert that the peer gets; undefined: it is open */
  open(at: number, recordBytes: number): number | undefined {
    const { bytes } = this;
    const content = at + RECORD_HEAD_BYTES;
    const length = recordBytes - RECORD_HEAD_BYTES - TAG_BYTES;
    if (length < 1 || !this.cipher.open(this.key, this.sequence, content, length)) return BAD_RECORD_MAC;
    this.sequence += 1;
    if (length > MAX_CONTENT_BYTES + 1) return RECORD_OVERFLOW;
    let last = content + length - 1;
    while (last >= content && bytes[last] === 0) last -= 1;
    if (last < content) return UNEXPECTED_MESSAGE;
    this.type = bytes[last]!;
    this.contentEnd = last;
    return undefined;
  }
}
