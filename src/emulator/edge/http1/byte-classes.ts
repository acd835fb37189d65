// Which bytes may stand where in an HTTP/1.1 message (RFC 9110 §5.6.2, RFC 9112), as lookup tables.

/**
 * For bytes that may stand in a field name: the byte in lower case, with the underscore folded into a dash. 0 for all others.
 * The folding lets one look-up find `X_Forwarded_For` too, which CGI-like servers cannot tell from `X-Forwarded-For`.
 */
export const FOLDED_TOKEN = new Uint8Array(256);
/** 1 for bytes that may stand in a field value: visible characters, space, tab and obs-text. */
export const IN_VALUE = new Uint8Array(256);
/** 1 for bytes that may stand in a request target: visible ASCII without the fragment sign. */
export const IN_TARGET = new Uint8Array(256);
/** 1 for bytes that may stand in a Host value, with or without a port. */
export const IN_HOST = new Uint8Array(256);
/** The value of a hexadecimal digit, -1 for all other bytes. */
export const HEX_VALUE = new Int8Array(256).fill(-1);

const LOWER_CASE_BIT = 0x20;

for (const byte of Buffer.from("!#$%&'*+-.^`|~0123456789abcdefghijklmnopqrstuvwxyz")) FOLDED_TOKEN[byte] = byte;
for (let upper = 0x41; upper <= 0x5a; upper += 1) FOLDED_TOKEN[upper] = upper | LOWER_CASE_BIT;
FOLDED_TOKEN[0x5f] = 0x2d;

IN_VALUE.fill(1, 0x20);
IN_VALUE[0x7f] = 0;
IN_VALUE[0x09] = 1;

IN_TARGET.fill(1, 0x21, 0x7f);
IN_TARGET[0x23] = 0;

for (const byte of Buffer.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]"))
  IN_HOST[byte] = 1;

for (let digit = 0; digit < 10; digit += 1) HEX_VALUE[0x30 + digit] = digit;
for (let digit = 0; digit < 6; digit += 1) HEX_VALUE[0x41 + digit] = HEX_VALUE[0x61 + digit] = 10 + digit;

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const UNDERSCORE = 0x5f;

/** Where the byte first stands among [start, end), or end. For short stretches: Buffer's own search knows no end. */
export function positionOf(byte: number, bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== byte) at += 1;
  return at;
}
