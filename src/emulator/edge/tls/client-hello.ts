// Pure: the name that a client asks for in the first message of its handshake (RFC 8446 §4.1.2, RFC 6066 §3), before anything
// is answered.

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const RECORD_HEAD_BYTES = 5;
const MESSAGE_HEAD_BYTES = 4;
/** Version and random number. */
const FIXED_BYTES = 2 + 32;
const SERVER_NAME = 0;
const HOST_NAME = 0;
/** A first message is a few hundred bytes, with keys for times after quantum computers under 2 KB. */
const MAX_BYTES = 16_384;

/** @returns the name in lower case, "" where there is none or the bytes are something else, undefined while more are needed */
export function serverNameOf(bytes: Buffer): string | undefined {
  const message = messageOf(bytes);
  if (message === undefined) return bytes.length < MAX_BYTES ? undefined : "";
  const reader = new Reader(message, MESSAGE_HEAD_BYTES + FIXED_BYTES);
  // Session, cipher suites and compression come before the extensions.
  for (const lengthSize of [1, 2, 1] as const) reader.vector(lengthSize);
  const extensions = reader.vector(2);
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const extension = extensions.vector(2);
    if (type !== SERVER_NAME) continue;
    const names = extension.vector(2);
    while (names.left > 0) {
      const kind = names.number(1);
      const name = names.vector(2);
      if (kind === HOST_NAME) return name.text().toLowerCase();
    }
  }
  return "";
}

/** The first message, put together from its records; empty where it is another one; undefined while it is not whole. */
function messageOf(bytes: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at + RECORD_HEAD_BYTES <= bytes.length && bytes[at] === HANDSHAKE;) {
    const end = at + RECORD_HEAD_BYTES + bytes.readUInt16BE(at + 3);
    parts.push(bytes.subarray(at + RECORD_HEAD_BYTES, end));
    at = end;
  }
  const whole = Buffer.concat(parts);
  const isOther = bytes.length > 0 && (bytes[0] !== HANDSHAKE || (whole.length > 0 && whole[0] !== CLIENT_HELLO));
  if (isOther) return Buffer.alloc(0);
  if (whole.length < MESSAGE_HEAD_BYTES) return undefined;
  const length = MESSAGE_HEAD_BYTES + whole.readUIntBE(1, 3);
  return whole.length < length ? undefined : whole.subarray(0, length);
}

/** Reads numbers and vectors with their length before them; what is cut off reads as empty. */
class Reader {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.#at = Math.min(at, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(size: 1 | 2): number {
    const { left } = this;
    const value = left < size ? 0 : this.#bytes.readUIntBE(this.#at, size);
    this.#at += Math.min(left, size);
    return value;
  }

  vector(lengthSize: 1 | 2): Reader {
    const length = this.number(lengthSize);
    const inner = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += inner.length;
    return new Reader(inner);
  }

  text(): string {
    return this.#bytes.toString("latin1");
  }
}
