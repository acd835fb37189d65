// Pure: reads one HTTP/1.1 response from the bytes of a connection. Judges the framing only as far as a client has to.
import { AppError } from "../errors/app-error.ts";

export interface ResponseHead {
  readonly status: number;
  /** Names in lower case; repeated ones joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ResponseReader {
  /** Takes what arrived. @returns whether the response is whole. @throws UNREACHABLE for what is no HTTP response */
  push(chunk: Buffer): boolean;
  /** The connection has ended. @throws UNREACHABLE in the middle of a response */
  end(): void;
  /** Undefined until the head is there. */
  head(): ResponseHead | undefined;
  /** What was kept of the body. */
  body(): Buffer;
}

const MAX_HEAD_BYTES = 256 * 1024;
const NEVER_HAVE_A_BODY = new Set([204, 304]);

/**
 * A reader for the response to one request.
 * @param keepBytes how much of the body to keep; the rest is counted and dropped
 */
export function createResponseReader(method: string, keepBytes: number): ResponseReader {
  let pending: Buffer = Buffer.alloc(0);
  let head: ResponseHead | undefined;
  let framing: "head" | "length" | "chunk-size" | "chunk-data" | "trailers" | "until-end" | "whole" = "head";
  let left = 0;
  const kept: Buffer[] = [];
  let keepLeft = keepBytes;

  const keep = (bytes: Buffer): void => {
    if (keepLeft > 0) kept.push(bytes.subarray(0, keepLeft));
    keepLeft -= bytes.length;
  };
  const takeLine = (): string | undefined => {
    const end = pending.indexOf("\r\n");
    if (end === -1) return undefined;
    const line = pending.toString("latin1", 0, end);
    pending = pending.subarray(end + 2);
    return line;
  };
  const takeHead = (): boolean => {
    const end = pending.indexOf("\r\n\r\n");
    if (end === -1) {
      if (pending.length > MAX_HEAD_BYTES) throw broken("its head is too large");
      return false;
    }
    const parsed = parseHead(pending.toString("latin1", 0, end));
    pending = pending.subarray(end + 4);
    if (parsed.status >= 100 && parsed.status < 200) return true; // an interim response; the real one follows
    head = parsed;
    const { "content-length": length, "transfer-encoding": encoding } = parsed.headers;
    if (method === "HEAD" || NEVER_HAVE_A_BODY.has(parsed.status)) framing = "whole";
    else if (encoding?.toLowerCase().endsWith("chunked") === true) framing = "chunk-size";
    else if (length === undefined) framing = "until-end";
    else if (/^\d{1,15}$/.test(length)) left = Number(length);
    else throw broken(`Content-Length is "${length.slice(0, 40)}"`);
    if (framing === "head") framing = left === 0 ? "whole" : "length";
    return true;
  };
  const takeData = (next: typeof framing): void => {
    const bytes = pending.subarray(0, left);
    keep(bytes);
    left -= bytes.length;
    pending = pending.subarray(bytes.length);
    if (left === 0) framing = next;
  };
  /** Does one step; false when more bytes are needed. */
  const step = (): boolean => {
    switch (framing) {
      case "head":
        return takeHead();
      case "length":
        takeData("whole");
        return left === 0;
      case "until-end":
        keep(pending);
        pending = Buffer.alloc(0);
        return false;
      case "chunk-size": {
        const line = takeLine();
        if (line === undefined) return false;
        if (line === "") return true; // the line end behind a chunk's data
        const [, size] = /^([0-9a-f]{1,12})\s*(?:;.*)?$/i.exec(line) ?? [];
        if (size === undefined) throw broken("a chunk has no size");
        left = Number.parseInt(size, 16);
        framing = left === 0 ? "trailers" : "chunk-data";
        return true;
      }
      case "chunk-data":
        takeData("chunk-size");
        return left === 0;
      case "trailers": {
        const line = takeLine();
        if (line === "") framing = "whole";
        return line !== undefined;
      }
      case "whole":
        return false;
      default:
        return framing satisfies never;
    }
  };

  return {
    push: (chunk) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      while (step());
      return framing === "whole";
    },
    end: () => {
      if (framing === "until-end") framing = "whole";
      if (framing !== "whole")
        throw broken(
          head === undefined
            ? "the connection ended before a response"
            : "the connection ended in the middle of its body",
        );
    },
    head: () => head,
    body: () => Buffer.concat(kept),
  };
}

function parseHead(text: string): ResponseHead {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const [, status] = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine) ?? [];
  if (status === undefined) throw broken("it does not begin with an HTTP/1.1 status line");
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  return { status: Number(status), headers };
}

function broken(why: string): AppError {
  return new AppError("UNREACHABLE", `The answer is no HTTP response that can be read: ${why}`);
}
