// Pure: what a request asks for: its method, its target in origin form (RFC 9112 §3.2), whichever allowed form the client
// used, and the protocol that it would go on with.
import { FIELD } from "./field-names.ts";
import type { Head } from "./head.ts";

export interface RequestLine {
  readonly method: string;
  /** In origin form, or `*`. */
  readonly target: string;
}

/**
 * The request line of a parsed head. An absolute-form target must name the same authority as Host: where they differ,
 * programs disagree about which of the two counts.
 * @returns the line, or the HTTP status to refuse it with
 */
export function readRequestLine(bytes: Buffer, start: number, head: Head): RequestLine | number {
  const method = isGet(bytes, start, head.methodEnd) ? "GET" : bytes.toString("latin1", start, head.methodEnd);
  const target = bytes.toString("latin1", head.targetStart, head.targetEnd);
  if (method === "CONNECT") return 405;
  if (target.startsWith("/")) return { method, target };
  if (target === "*") return method === "OPTIONS" ? { method, target } : 400;
  const absolute = /^http:\/\/([^/?]+)(\/.*)?$/i.exec(target);
  const host = bytes.toString("latin1", head.hostStart, head.hostEnd);
  if (absolute?.[1] === undefined || absolute[1].toLowerCase() !== host.toLowerCase()) return 400;
  return { method, target: absolute[2] ?? "/" };
}

/** Most requests: their method needs no text of its own. */
function isGet(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54;
}

const IDEMPOTENT: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"]);

/** Whether sending the request twice means the same as sending it once (RFC 9110 §9.2.2). */
export function isIdempotent(method: string): boolean {
  return IDEMPOTENT.has(method);
}

/** The protocol that a request asks to change to. HTTP/2 in the clear is not spoken here, so that request is left a plain one. */
export function upgradeOf(head: Head, bytes: Buffer): string | undefined {
  if (!head.connectionUpgrade || head.minorVersion === 0) return undefined;
  const protocol = head.valueOf(bytes, FIELD.upgrade);
  return protocol === undefined || protocol === "" || /(^|[\s,])h2c?($|[\s,])/i.test(protocol) ? undefined : protocol;
}
