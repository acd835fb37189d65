// Pure: the head of an HTTP/2 request as one of HTTP/1.1. What could become another message on the way down is refused
// here, and once more by the parser that reads the result.
import { type HeaderField, ROLE } from "./hpack/header-field.ts";

export interface Http1Head {
  readonly text: string;
  /** The body that follows has to be sent in chunks. */
  readonly chunked: boolean;
  /** What the request says of its body's length; undefined where it says nothing. */
  readonly bodyBytes: number | undefined;
}

/** 15 digits are exact in a double, and more than any body. */
const LENGTH = /^\d{1,15}$/;

/**
 * Renders a request's head. Each stream is one request, so the HTTP/1.1 connection that stands for it closes after it.
 * @param ended nothing follows the head
 * @returns undefined where it is no request that can be passed on
 */
export function renderRequestHead(fields: readonly HeaderField[], ended: boolean): Http1Head | undefined {
  let method: string | undefined;
  let target: string | undefined;
  let scheme: string | undefined;
  let authority: string | undefined;
  let host: string | undefined;
  let length: string | undefined;
  let cookie = "";
  let lines = "";
  let inFields = false;
  for (const { role, value, line } of fields) {
    if (role >= ROLE.method && inFields) return undefined;
    if (role < ROLE.method) inFields = true;
    switch (role) {
      case ROLE.line:
        lines += line;
        break;
      case ROLE.cookie:
        cookie = cookie === "" ? value : `${cookie}; ${value}`;
        break;
      case ROLE.host:
        if (host !== undefined) return undefined;
        host = value;
        break;
      case ROLE.length:
        if (length !== undefined) return undefined;
        length = value;
        break;
      case ROLE.te:
        break;
      case ROLE.method:
        if (method !== undefined) return undefined;
        method = value;
        break;
      case ROLE.path:
        if (target !== undefined) return undefined;
        target = value;
        break;
      case ROLE.scheme:
        if (scheme !== undefined) return undefined;
        scheme = value;
        break;
      case ROLE.authority:
        if (authority !== undefined) return undefined;
        authority = value;
        break;
      default:
        return undefined;
    }
  }
  authority ??= host;
  if (method === undefined || target === undefined || authority === undefined || method === "CONNECT") return undefined;
  if (scheme !== "https" || (!target.startsWith("/") && !(target === "*" && method === "OPTIONS"))) return undefined;
  if (host !== undefined && host !== authority && host.toLowerCase() !== authority.toLowerCase()) return undefined;
  const bodyBytes = length === undefined ? undefined : Number(length);
  if (length !== undefined && (!LENGTH.test(length) || (ended && bodyBytes !== 0))) return undefined;
  const chunked = !ended && length === undefined;
  const framing = chunked
    ? "transfer-encoding: chunked\r\n"
    : length === undefined
      ? ""
      : `content-length: ${length}\r\n`;
  const cookies = cookie === "" ? "" : `cookie: ${cookie}\r\n`;
  const text = `${method} ${target} HTTP/1.1\r\nhost: ${authority}\r\n${lines}${cookies}${framing}connection: close\r\n\r\n`;
  return { text, chunked, bodyBytes };
}
