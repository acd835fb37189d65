// Pure: the only messages of a handshake that may come after it from a client, those that change keys (RFC 8446 §4.6.3).
import { DECODE_ERROR, ILLEGAL_PARAMETER, UNEXPECTED_MESSAGE } from "./record-format.ts";

export const KEY_UPDATE = 24;
const MESSAGE_HEAD_BYTES = 4;
const MESSAGE_BYTES = MESSAGE_HEAD_BYTES + 1;

/** Ours, which does not ask for another one. */
export const KEY_UPDATE_MESSAGE = Buffer.from([KEY_UPDATE, 0, 0, 1, 0]);

/** `more`: it is not whole yet; `asked`: we are to change our key, too. */
export type KeyUpdateStep =
  | { readonly is: "more" | "changed" | "asked" }
  | { readonly is: "wrong"; readonly alert: number };

/** Puts messages together that may come in several records. */
export class KeyUpdateReader {
  readonly #message = Buffer.alloc(MESSAGE_BYTES);
  #filled = 0;

  /** A message has begun: nothing else may come before its end. */
  get isWithin(): boolean {
    return this.#filled > 0;
  }

  /** What one record carries. */
  take(bytes: Buffer, start: number, end: number): KeyUpdateStep {
    // Keys change with a message, so it ends with its record.
    if (end === start || end - start > MESSAGE_BYTES - this.#filled) return wrong(UNEXPECTED_MESSAGE);
    this.#filled += bytes.copy(this.#message, this.#filled, start, end);
    if (this.#message[0] !== KEY_UPDATE) return wrong(UNEXPECTED_MESSAGE);
    if (this.#filled < MESSAGE_BYTES) return { is: "more" };
    this.#filled = 0;
    if (this.#message.readUIntBE(1, 3) !== 1) return wrong(DECODE_ERROR);
    const asks = this.#message[MESSAGE_HEAD_BYTES]!;
    if (asks > 1) return wrong(ILLEGAL_PARAMETER);
    return { is: asks === 1 ? "asked" : "changed" };
  }
}

function wrong(alert: number): KeyUpdateStep {
  return { is: "wrong", alert };
}
