// Pure: writes header blocks. Values go as they are, none is kept in a table: that costs the least time here, and clients are
// near. Names of the static table go by their numbers.
import { FIELD } from "../../http1/field-names.ts";
import type { Head } from "../../http1/head.ts";
import type { FieldList } from "../message-splitter.ts";
import { STATIC_FIELDS, STATIC_NAMES } from "./static-table.ts";

/** What a field may take beside its text. */
export const FIELD_OVERHEAD = 8;
/** A table of no bytes, said once: clients may ask for less than they have at the beginning (RFC 7541 §4.2). */
export const NO_TABLE = 0x20;
const INDEXED = 0x80;
const INDEX_PREFIX = 0xf;
const LENGTH_PREFIX = 0x7f;
const STATUS_NAME = 8;
const FIRST_STATUS = 7;
const LAST_STATUS = 14;
const DIGIT = 0x30;

/** Bytes in lower case. */
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte));
/** For each hash of a name: its number in the static table. */
const NUMBERS = new Uint8Array(1_024);
const NAMES: readonly Buffer[] = STATIC_FIELDS.map(({ name }) => Buffer.from(name));
for (const [name, number] of STATIC_NAMES) NUMBERS[hashOf(Buffer.from(name), 0, name.length)] = number;

/** Fields that concern one connection of HTTP/1.1. */
const NOT_IN_HTTP2 = new Uint8Array(Object.keys(FIELD).length);
for (const kind of [FIELD.host, FIELD.transferEncoding, FIELD.connection, FIELD.upgrade, FIELD.hopByHop])
  NOT_IN_HTTP2[kind] = 1;

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at += 1) hash = (Math.imul(hash, 31) + LOWER[bytes[at]!]!) & 0x3ff;
  return hash;
}

/** Writes the status. @returns the position after it */
export function writeStatus(status: number, out: Uint8Array, at: number): number {
  for (let number = FIRST_STATUS + 1; number <= LAST_STATUS; number += 1) {
    if (STATUSES[number] !== status) continue;
    out[at] = INDEXED | number;
    return at + 1;
  }
  out[at] = STATUS_NAME;
  out[at + 1] = 3;
  out[at + 2] = DIGIT + Math.floor(status / 100);
  out[at + 3] = DIGIT + (Math.floor(status / 10) % 10);
  out[at + 4] = DIGIT + (status % 10);
  return at + 5;
}

const STATUSES: readonly number[] = [
  0,
  ...STATIC_FIELDS.map(({ name, value }) => (name === ":status" ? Number(value) : 0)),
];

/** Writes the fields of a head but those of a connection. `out` has room for them. @returns the position after them */
export function writeHeadFields(head: Head, bytes: Buffer, out: Buffer, from: number): number {
  let at = from;
  for (let index = 0; index < head.fieldCount; index += 1) {
    if (NOT_IN_HTTP2[head.kind(index)] === 1) continue;
    const valueStart = head.valueStart(index);
    at = writeName(bytes, head.lineStart(index), head.nameEnd(index), out, at);
    at = writeText(bytes, valueStart, head.valueEnd(index), out, at);
  }
  return at;
}

/** The same for a trailer. */
export function writeFields(fields: FieldList, out: Buffer, from: number): number {
  let at = from;
  for (const [name, value] of fields) {
    at = writeName(Buffer.from(name, "latin1"), 0, name.length, out, at);
    at = writeText(Buffer.from(value, "latin1"), 0, value.length, out, at);
  }
  return at;
}

/** The beginning of a literal that nobody keeps (§6.2.2). */
function writeName(bytes: Buffer, start: number, end: number, out: Buffer, at: number): number {
  const number = numberOf(bytes, start, end);
  if (number > 0) return writeInteger(number, INDEX_PREFIX, out, at);
  out[at] = 0;
  let to = writeInteger(end - start, LENGTH_PREFIX, out, at + 1);
  for (let from = start; from < end; from += 1) out[to++] = LOWER[bytes[from]!]!;
  return to;
}

function numberOf(bytes: Buffer, start: number, end: number): number {
  const number = NUMBERS[hashOf(bytes, start, end)]!;
  if (number === 0) return 0;
  const name = NAMES[number - 1]!;
  if (name.length !== end - start) return 0;
  for (let at = 0; at < name.length; at += 1) if (LOWER[bytes[start + at]!] !== name[at]) return 0;
  return number;
}

function writeText(bytes: Buffer, start: number, end: number, out: Buffer, at: number): number {
  const to = writeInteger(end - start, LENGTH_PREFIX, out, at);
  bytes.copy(out, to, start, end);
  return to + end - start;
}

/** @param prefix the bits of the first byte that are its; the others are 0 (§5.1) */
function writeInteger(value: number, prefix: number, out: Uint8Array, from: number): number {
  let at = from;
  if (value < prefix) {
    out[at] = value;
    return at + 1;
  }
  out[at++] = prefix;
  let left = value - prefix;
  for (; left >= 0x80; left >>= 7) out[at++] = (left & 0x7f) | 0x80;
  out[at++] = left;
  return at;
}
