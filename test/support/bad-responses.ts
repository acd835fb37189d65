// Answers of apps that two programs could read in two ways, or that are no answers at all.

export interface BadResponse {
  readonly bytes: string;
  readonly method?: string;
  /** What the client may see: a 502, an aborted connection, or a clean response. */
  readonly expected: "502" | "aborted" | "clean";
}

export const BAD_RESPONSES: Readonly<Record<string, BadResponse>> = {
  "a length beside chunked": {
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    expected: "502",
  },
  "two lengths": { bytes: "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", expected: "502" },
  "an unknown coding": { bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", expected: "502" },
  "a tab behind the coding": {
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\t\r\n\r\n0\r\n\r\n",
    expected: "502",
  },
  "a bad status line": { bytes: "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n", expected: "502" },
  "no status line": { bytes: "hello there, nobody here speaks HTTP\r\n\r\n", expected: "502" },
  "status 099": { bytes: "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n", expected: "502" },
  "chunked in HTTP/1.0": { bytes: "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", expected: "502" },
  "a bare line feed in the head": { bytes: "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n", expected: "502" },
  "Connection nominating Content-Length": {
    bytes: "HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 0\r\n\r\n",
    expected: "502",
  },
  "a folded field": { bytes: "HTTP/1.1 200 OK\r\nA: b\r\n c\r\nContent-Length: 0\r\n\r\n", expected: "502" },
  "a space before the colon": { bytes: "HTTP/1.1 200 OK\r\nContent-Length : 4\r\n\r\nEVIL", expected: "502" },
  "a bare carriage return in a value": {
    bytes: "HTTP/1.1 200 OK\r\nA: b\rSet-Cookie: c\r\nContent-Length: 0\r\n\r\n",
    expected: "502",
  },
  "NUL in a value": { bytes: "HTTP/1.1 200 OK\r\nA: b\0\r\nContent-Length: 0\r\n\r\n", expected: "502" },
  "the same length twice": {
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    expected: "502",
  },
  "a length with a plus": { bytes: "HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\nEVIL", expected: "502" },
  "a list of codings": {
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    expected: "502",
  },
  "a chunk size with a space": {
    bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4 \r\nEVIL\r\n0\r\n\r\n",
    expected: "502",
  },
  "a status beyond 599": { bytes: "HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nok", expected: "clean" },
  "a body behind 205": { bytes: "HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nok", expected: "clean" },
  "a chunked body behind 205": {
    bytes: "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    expected: "clean",
  },
  "a field that every object has": {
    bytes: "HTTP/1.1 200 OK\r\nConstructor: a\r\n__proto__: b\r\nContent-Length: 2\r\n\r\nok",
    expected: "clean",
  },
  "a switch of protocols that nobody asked for": {
    bytes: "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    expected: "502",
  },
  "an interim response that announces a body": {
    bytes: "HTTP/1.1 199 Odd\r\nContent-Length: 4\r\n\r\nEVILHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    expected: "502",
  },
  "a chunked interim response": {
    bytes:
      "HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    expected: "502",
  },
  "interim responses without end": { bytes: "HTTP/1.1 102 Processing\r\n\r\n".repeat(50), expected: "502" },
  "an oversized head": { bytes: `HTTP/1.1 200 OK\r\nA: ${"x".repeat(80_000)}\r\n\r\n`, expected: "502" },
  "a broken first chunk": { bytes: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", expected: "502" },
  "surplus bytes": {
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL",
    expected: "clean",
  },
  "a body behind 204": { bytes: "HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nEVIL", expected: "clean" },
  "a body behind 304": { bytes: "HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nEVIL", expected: "clean" },
  "a body behind HEAD": {
    method: "HEAD",
    bytes: "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL",
    expected: "clean",
  },
};
