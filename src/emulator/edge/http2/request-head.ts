// Pure: the head of an HTTP/2 request as one of HTTP/1.1. What could become another message on the way down is refused
// here, and once more by the parser that reads the result.

export interface Http1Head {
  readonly text: string;
  /** The body that follows has to be sent in chunks. */
  readonly chunked: boolean;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Nothing beyond one byte either: cut down to one, it could become the end of a line. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const PSEUDO: ReadonlySet<string> = new Set([":method", ":path", ":scheme", ":authority"]);
const ONE_CONNECTION: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Renders a request's head. Each stream is one request, so the HTTP/1.1 connection that stands for it closes after it.
 * @param raw names and values in turn, as they came
 * @param ended nothing follows the head
 * @returns undefined where it is no request that can be passed on
 */
export function renderRequestHead(raw: readonly string[], ended: boolean): Http1Head | undefined {
  const pseudo = new Map<string, string>();
  const cookies: string[] = [];
  let lines = "";
  let host: string | undefined;
  let length: string | undefined;
  let inFields = false;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? "";
    const value = raw[index + 1] ?? "";
    if (!VALUE.test(value)) return undefined;
    if (name.startsWith(":")) {
      if (inFields || pseudo.has(name) || !PSEUDO.has(name)) return undefined;
      pseudo.set(name, value);
      continue;
    }
    inFields = true;
    if (!TOKEN.test(name) || ONE_CONNECTION.has(name)) return undefined;
    if (name === "cookie") cookies.push(value);
    else if (name === "host") {
      if (host !== undefined) return undefined;
      host = value;
    } else if (name === "content-length") {
      if (length !== undefined) return undefined;
      length = value;
    } else if (name === "te") {
      if (value !== "trailers") return undefined;
    } else lines += `${name}: ${value}\r\n`;
  }
  const method = pseudo.get(":method");
  const target = pseudo.get(":path");
  const authority = pseudo.get(":authority") ?? host;
  if (method === undefined || target === undefined || authority === undefined || method === "CONNECT") return undefined;
  if (pseudo.get(":scheme") !== "https" || /\s/.test(method + target + authority)) return undefined;
  if (!target.startsWith("/") && !(target === "*" && method === "OPTIONS")) return undefined;
  if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) return undefined;
  if (ended && length !== undefined && length !== "0") return undefined;
  const chunked = !ended && length === undefined;
  const framing = chunked
    ? "transfer-encoding: chunked\r\n"
    : length === undefined
      ? ""
      : `content-length: ${length}\r\n`;
  const cookie = cookies.length === 0 ? "" : `cookie: ${cookies.join("; ")}\r\n`;
  const text = `${method} ${target} HTTP/1.1\r\nhost: ${authority}\r\n${lines}${cookie}${framing}connection: close\r\n\r\n`;
  return { text, chunked };
}
