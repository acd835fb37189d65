// Records of TLS 1.3: what they look like on the wire (RFC 8446 §5 and §6).

/** Type, version, length. */
export const RECORD_HEAD_BYTES = 5;
export const TAG_BYTES = 16;
/** What a record may carry. */
export const MAX_CONTENT_BYTES = 16_384;
/** What may stand behind a record's head: content, its type, padding, tag. */
export const MAX_SEALED_BYTES = MAX_CONTENT_BYTES + 256;
/** What a record takes beside its content. */
export const RECORD_OVERHEAD_BYTES = RECORD_HEAD_BYTES + 1 + TAG_BYTES;

/** Types of content. */
export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;

/** Levels and descriptions of alerts. */
export const WARNING = 1;
export const FATAL = 2;
export const CLOSE_NOTIFY = 0;
export const UNEXPECTED_MESSAGE = 10;
export const BAD_RECORD_MAC = 20;
export const RECORD_OVERFLOW = 22;
export const DECODE_ERROR = 50;
export const ILLEGAL_PARAMETER = 47;
export const USER_CANCELED = 90;

/** @returns how long the record is that begins there, its head included; undefined: its head is not whole */
export function recordBytesAt(bytes: Buffer, at: number, end: number): number | undefined {
  if (end - at < RECORD_HEAD_BYTES) return undefined;
  return RECORD_HEAD_BYTES + bytes.readUInt16BE(at + 3);
}

/** Counts the records with encrypted content in a stream of bytes, however it is cut. */
export class RecordCounter {
  sealed = 0;
  readonly #head = Buffer.alloc(RECORD_HEAD_BYTES);
  #headBytes = 0;
  #left = 0;

  /** The stream ends with a whole record. */
  get isBetween(): boolean {
    return this.#headBytes === 0 && this.#left === 0;
  }

  take(bytes: Buffer): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#left > 0) {
        const part = Math.min(this.#left, bytes.length - at);
        this.#left -= part;
        at += part;
        continue;
      }
      this.#head[this.#headBytes++] = bytes[at++]!;
      if (this.#headBytes < RECORD_HEAD_BYTES) continue;
      this.#headBytes = 0;
      this.#left = this.#head.readUInt16BE(3);
      if (this.#head[0] === APPLICATION_DATA) this.sealed += 1;
    }
  }
}
