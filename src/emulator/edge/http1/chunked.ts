// Checks the chunked coding byte for byte (RFC 9112 §7.1) and finds where a body ends. The bytes themselves are relayed
// as they came; nothing is decoded unless a listener for the payload is given.
import { COLON, CR, FOLDED_TOKEN, HEX_VALUE, IN_VALUE, LF, SEMICOLON } from "./byte-classes.ts";
import { FIELD, fieldKindOf } from "./field-names.ts";

/** 12 hexadecimal digits are exact in a double and more than any chunk. */
const MAX_SIZE_DIGITS = 12;
const MAX_EXTENSION_BYTES = 256;
const MAX_TRAILER_BYTES = 8_192;

const STATE = {
  size: 0,
  extension: 1,
  sizeLf: 2,
  data: 3,
  dataCr: 4,
  dataLf: 5,
  trailerStart: 6,
  trailerName: 7,
  trailerValue: 8,
  trailerLf: 9,
  lastLf: 10,
} as const;

/** Receives the payload found in bytes [start, end). */
export type PayloadListener = (bytes: Buffer, start: number, end: number) => void;

/** Receives a field of the trailer, as it was written. */
export type TrailerListener = (name: string, value: string) => void;

export class ChunkedReader {
  done = false;
  #state: number = STATE.size;
  #left = 0;
  #digits = 0;
  #extensionBytes = 0;
  #trailerBytes = 0;
  #trailerName = "";
  #trailerText = "";
  readonly #onPayload: PayloadListener | undefined;
  readonly #onTrailer: TrailerListener | undefined;

  constructor(onPayload?: PayloadListener, onTrailer?: TrailerListener) {
    this.#onPayload = onPayload;
    this.#onTrailer = onTrailer;
  }

  /** @returns the position after the body, `end` where there is more to come (done tells which), or -1 for a fault */
  read(bytes: Buffer, start: number, end: number): number {
    let p = start;
    while (p < end) {
      const byte = bytes[p]!;
      switch (this.#state) {
        case STATE.size: {
          const digit = HEX_VALUE[byte]!;
          if (digit >= 0) {
            this.#digits += 1;
            if (this.#digits > MAX_SIZE_DIGITS) return -1;
            this.#left = this.#left * 16 + digit;
          } else if (this.#digits === 0) return -1;
          else if (byte === CR) this.#state = STATE.sizeLf;
          else if (byte === SEMICOLON) this.#state = STATE.extension;
          else return -1;
          break;
        }
        case STATE.extension:
          this.#extensionBytes += 1;
          if (byte === CR) this.#state = STATE.sizeLf;
          else if (IN_VALUE[byte] === 0 || this.#extensionBytes > MAX_EXTENSION_BYTES) return -1;
          break;
        case STATE.sizeLf:
          if (byte !== LF) return -1;
          this.#state = this.#left === 0 ? STATE.trailerStart : STATE.data;
          break;
        case STATE.data: {
          const to = Math.min(end, p + this.#left);
          this.#left -= to - p;
          this.#onPayload?.(bytes, p, to);
          if (this.#left > 0) return end;
          this.#state = STATE.dataCr;
          p = to - 1;
          break;
        }
        case STATE.dataCr:
          if (byte !== CR) return -1;
          this.#state = STATE.dataLf;
          break;
        case STATE.dataLf:
          if (byte !== LF) return -1;
          this.#state = STATE.size;
          this.#digits = 0;
          this.#extensionBytes = 0;
          break;
        case STATE.lastLf:
          if (byte !== LF) return -1;
          this.done = true;
          return p + 1;
        default:
          if (!this.#trailer(byte)) return -1;
      }
      p += 1;
    }
    return end;
  }

  #trailer(byte: number): boolean {
    this.#trailerBytes += 1;
    if (this.#trailerBytes > MAX_TRAILER_BYTES) return false;
    switch (this.#state) {
      case STATE.trailerStart:
        this.#state = byte === CR ? STATE.lastLf : STATE.trailerName;
        this.#trailerName = String.fromCharCode(byte);
        return byte === CR || FOLDED_TOKEN[byte] !== 0;
      case STATE.trailerName:
        if (byte === COLON) {
          this.#state = STATE.trailerValue;
          // Framing, routing and platform fields in a trailer would be taken for ones of the head by some servers.
          return fieldKindOf(this.#trailerName) === FIELD.other;
        }
        this.#trailerName += String.fromCharCode(byte);
        return FOLDED_TOKEN[byte] !== 0;
      case STATE.trailerValue:
        if (byte === CR) this.#state = STATE.trailerLf;
        else if (this.#onTrailer !== undefined) this.#trailerText += String.fromCharCode(byte);
        return byte === CR || IN_VALUE[byte] === 1;
      default:
        this.#state = STATE.trailerStart;
        this.#onTrailer?.(this.#trailerName, this.#trailerText.trim());
        this.#trailerText = "";
        return byte === LF;
    }
  }
}
