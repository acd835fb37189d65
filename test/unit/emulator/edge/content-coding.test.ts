import { expect, test } from "vitest";
import { codingFor, negotiateCoding } from "../../../../src/emulator/edge/content-coding.ts";
import { parseResponseHead } from "../../../../src/emulator/edge/http1/head-parser.ts";
import { CLIENT_HEAD_LIMITS, Head } from "../../../../src/emulator/edge/http1/head.ts";

test.each([
  ["gzip, br, zstd, deflate", "zstd"],
  ["gzip, br", "br"],
  ["deflate, gzip;q=0.1", "gzip"],
  ["deflate", "deflate"],
  ["br;q=0, gzip", "gzip"],
  ["*", "zstd"],
  ["zstd;q=0, *;q=0.5", "br"],
  ["identity", undefined],
  ["", undefined],
])("CE-01: of %j the platform prefers %s", (accepted, coding) => {
  expect(negotiateCoding(accepted)).toBe(coding);
});

test.each([
  ["Content-Type: text/html; charset=utf-8\r\nContent-Length: 1000", "gzip"],
  ["Content-Type: application/problem+json\r\nTransfer-Encoding: chunked", "gzip"],
  ["Content-Type: image/svg+xml", "gzip"],
  ["Content-Type: image/png\r\nContent-Length: 1000", undefined],
  ["Content-Type: text/event-stream", undefined],
  ["Content-Type: text/html\r\nContent-Length: 10", undefined],
  ["Content-Length: 1000", undefined],
  ["Content-Type: text/html\r\nContent-Encoding: br", undefined],
  ["Content-Type: text/html\r\nContent-Encoding: none", undefined],
])("CE-02 CE-04: %j gets %s", (fields, coding) => {
  const bytes = Buffer.from(`HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`);
  const head = new Head();
  expect(parseResponseHead(bytes, 0, bytes.length, CLIENT_HEAD_LIMITS, head)).toBe(bytes.length);
  expect(codingFor("gzip", head, bytes)).toBe(coding);
  expect(codingFor(undefined, head, bytes)).toBeUndefined();
});
