// Reads the head of a request or a response, strictly, in place. Whatever two programs could read in two ways is refused:
// that is what keeps a request from being smuggled past the proxy. Decides nothing about where a message goes.
import {
  CR,
  COLON,
  COMMA,
  FOLDED_TOKEN,
  IN_HOST,
  IN_TARGET,
  IN_VALUE,
  LF,
  positionOf,
  SPACE,
  TAB,
} from "./byte-classes.ts";
import { addToHash, FIELD, fieldKind } from "./field-names.ts";
import type { Head, HeadLimits } from "./head.ts";

/** The head is not complete yet. */
export const INCOMPLETE = 0;

const MAX_METHOD_BYTES = 32;
/** 15 digits are exact in a double, and more than any body. */
const MAX_LENGTH_DIGITS = 15;
/** Each is looked for among all fields. */
const MAX_NOMINATED = 32;
const VERSION_PREFIX = Buffer.from("HTTP/1.");
/** `HTTP/1.x` and the line's end. */
const VERSION_BYTES = 10;

/**
 * Parses the request head that starts at `start`.
 * @returns the position after it, INCOMPLETE, or the negative HTTP status to refuse it with
 */
export function parseRequestHead(bytes: Buffer, start: number, end: number, limits: HeadLimits, head: Head): number {
  const result = requestHead(bytes, start, end, limits, head);
  return result === INCOMPLETE && end - start > limits.maxBytes ? -431 : result;
}

function requestHead(bytes: Buffer, start: number, end: number, limits: HeadLimits, head: Head): number {
  head.reset();
  let p = start;
  while (p < end && FOLDED_TOKEN[bytes[p]!] !== 0) p += 1;
  if (p - start > MAX_METHOD_BYTES) return -400;
  if (p >= end) return INCOMPLETE;
  if (bytes[p] !== SPACE || p === start) return -400;
  head.methodEnd = p;
  p += 1;
  head.targetStart = p;
  while (p < end && IN_TARGET[bytes[p]!] === 1) p += 1;
  if (p - head.targetStart > limits.maxTargetBytes) return -414;
  if (p >= end) return INCOMPLETE;
  if (bytes[p] !== SPACE || p === head.targetStart) return -400;
  head.targetEnd = p;
  p += 1;
  const version = httpVersion(bytes, p, end);
  if (version < 0) return version === -1 ? INCOMPLETE : -505;
  if (p + VERSION_BYTES > end) return INCOMPLETE;
  if (bytes[p + 8] !== CR || bytes[p + 9] !== LF) return -400;
  head.minorVersion = version;
  const after = fields(bytes, p + VERSION_BYTES, end, limits, head, 501);
  if (after <= 0) return after;
  if (head.hostEnd === 0 && head.minorVersion === 1) return -400;
  head.length = after - start;
  return head.length > limits.maxBytes ? -431 : after;
}

/**
 * Parses the response head that starts at `start`.
 * @returns the position after it, INCOMPLETE, or -502
 */
export function parseResponseHead(bytes: Buffer, start: number, end: number, limits: HeadLimits, head: Head): number {
  head.reset();
  const version = httpVersion(bytes, start, end);
  if (version < -1) return -502;
  // "HTTP/1.1 200" and the line's end, with or without a space and a reason between them.
  if (end - start < 14) return INCOMPLETE;
  let p = start + 8;
  if (bytes[p] !== SPACE) return -502;
  let status = 0;
  for (p += 1; p < start + 12; p += 1) {
    const digit = bytes[p]! - 0x30;
    if (digit < 0 || digit > 9) return -502;
    status = status * 10 + digit;
  }
  if (status < 100) return -502;
  if (bytes[p] === SPACE) while (p < end && IN_VALUE[bytes[p]!] === 1) p += 1;
  if (p - start > limits.maxBytes) return -502;
  if (p + 1 >= end) return INCOMPLETE;
  if (bytes[p] !== CR || bytes[p + 1] !== LF) return -502;
  head.status = status;
  head.minorVersion = version;
  const after = fields(bytes, p + 2, end, limits, head, 502);
  if (after < 0 || (after === INCOMPLETE ? end : after) - start > limits.maxBytes) return -502;
  // Programs differ about which interim responses can have a body (RFC 9110 §15.2: none): none may announce one.
  if (after > 0 && status < 200 && (head.chunked || head.contentLength > 0)) return -502;
  if (after > 0) head.length = after - start;
  return after;
}

/** Whether a line ends among these bytes: until one does, a head that was not whole need not be read again. */
export function endsLine(bytes: Buffer, start: number, end: number): boolean {
  return positionOf(LF, bytes, start, end) < end;
}

/** The minor version of the `HTTP/1.x` at p; -1 where more bytes are needed, -2 where it is none of 1.0 and 1.1. */
function httpVersion(bytes: Buffer, p: number, end: number): number {
  for (let i = 0; i < VERSION_PREFIX.length; i += 1) {
    if (p + i >= end) return -1;
    if (bytes[p + i] !== VERSION_PREFIX[i]) return -2;
  }
  if (p + VERSION_PREFIX.length >= end) return -1;
  const minor = bytes[p + VERSION_PREFIX.length]! - 0x30;
  return minor === 0 || minor === 1 ? minor : -2;
}

function fields(
  bytes: Buffer,
  start: number,
  end: number,
  limits: HeadLimits,
  head: Head,
  badCoding: 501 | 502,
): number {
  head.fieldsStart = start;
  let codings = 0;
  for (let p = start; ;) {
    if (p >= end) return INCOMPLETE;
    const lineStart = p;
    if (bytes[p] === CR) {
      if (p + 1 >= end) return INCOMPLETE;
      if (bytes[p + 1] !== LF) return -400;
      head.fieldsEnd = p;
      // A length beside chunked, and chunked from a program that cannot know it: the classic smuggling pairs.
      if (head.chunked && (head.contentLength >= 0 || head.minorVersion === 0)) return -400;
      return p + 2;
    }
    let hash = 0;
    for (let folded = FOLDED_TOKEN[bytes[p]!]!; folded !== 0; folded = FOLDED_TOKEN[bytes[p]!]!) {
      hash = addToHash(hash, folded);
      p += 1;
      if (p >= end) return INCOMPLETE;
    }
    // A folded line, a space before the colon, a bare line feed and a NUL all end here.
    if (bytes[p] !== COLON || p === lineStart) return -400;
    const nameEnd = p;
    for (p += 1; p < end && (bytes[p] === SPACE || bytes[p] === TAB); p += 1);
    const valueStart = p;
    while (p < end && IN_VALUE[bytes[p]!] === 1) p += 1;
    if (p < end && bytes[p] !== CR) return -400;
    if (p + 1 >= end) return INCOMPLETE;
    if (bytes[p + 1] !== LF) return -400;
    let valueEnd = p;
    while (valueEnd > valueStart && (bytes[valueEnd - 1] === SPACE || bytes[valueEnd - 1] === TAB)) valueEnd -= 1;
    p += 2;
    if (head.fieldCount >= limits.maxFields) return -431;
    const kind = fieldKind(bytes, lineStart, nameEnd, hash);
    head.addField(kind, lineStart, nameEnd, valueStart, valueEnd);
    switch (kind) {
      case FIELD.host:
        if (head.hostEnd !== 0 || !isHost(bytes, valueStart, valueEnd)) return -400;
        head.hostStart = valueStart;
        head.hostEnd = valueEnd;
        break;
      case FIELD.contentLength:
        if (head.contentLength >= 0) return -400;
        head.contentLength = length(bytes, valueStart, valueEnd);
        if (head.contentLength < 0) return -400;
        break;
      case FIELD.transferEncoding:
        codings += 1;
        if (codings > 1) return -400;
        // With a tab behind it, some programs no longer know the coding: the whitespace before the line's end counts here.
        if (!/^chunked *$/i.test(bytes.toString("latin1", valueStart, p - 2))) return -badCoding;
        head.chunked = true;
        break;
      case FIELD.expect:
        if (bytes.toString("latin1", valueStart, valueEnd).toLowerCase() !== "100-continue") return -417;
        head.expectContinue = true;
        break;
      case FIELD.connection:
        if (!connectionOptions(bytes, valueStart, valueEnd, head)) return -400;
        break;
      default:
        break;
    }
  }
}

function isHost(bytes: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i += 1) if (IN_HOST[bytes[i]!] === 0) return false;
  return end > start;
}

function length(bytes: Buffer, start: number, end: number): number {
  if (end === start || end - start > MAX_LENGTH_DIGITS) return -1;
  let value = 0;
  for (let i = start; i < end; i += 1) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Fields that frame or address the message: nominating one would make the next program read another message. */
const NEVER_NOMINATED: ReadonlySet<string> = new Set(["host", "content-length", "transfer-encoding"]);

function connectionOptions(bytes: Buffer, start: number, end: number, head: Head): boolean {
  for (let from = start; from <= end;) {
    const to = positionOf(COMMA, bytes, from, end);
    const option = bytes.toString("latin1", from, to).trim().toLowerCase();
    if (option === "close") head.close = true;
    else if (option === "keep-alive") head.keepAlive = true;
    else if (option === "upgrade") head.connectionUpgrade = true;
    else if (NEVER_NOMINATED.has(option) || head.nominated.length >= MAX_NOMINATED) return false;
    else if (option !== "") head.nominated.push(option);
    from = to + 1;
  }
  return true;
}
