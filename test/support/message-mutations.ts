// Damaged HTTP/1.1 messages, from a seed: the same seed gives the same messages.

const HEADS = [
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "POST /p?q HTTP/1.1\r\nHost: a.localhost:80\r\nContent-Length: 5\r\nX-One: 1\r\n\r\nhello",
  "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: keep-alive, x-y\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
  "GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
  "POST / HTTP/1.0\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
  "OPTIONS * HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 0\r\nTE: trailers\r\n\r\n",
];
const CHUNKED = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const CHUNKS = [
  "5\r\nhello\r\n0\r\n\r\n",
  "a;name=value\r\n0123456789\r\n3\r\nabc\r\n0\r\nTrailer: yes\r\n\r\n",
  '1;q="x;y"\r\n0\r\n00\r\n\r\n',
  "000B\r\nhello world\r\n0;last\r\nA: b\r\nC:\r\n\r\n",
  "3\r\n\r\n\n\r\n0\r\n\r\n",
];
const RESPONSES = [
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nT: v\r\n\r\n",
  "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n",
  'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nETag: "1"\r\n\r\n',
  "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
  "HTTP/1.1 500\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
  "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
];
/** What smuggling is made of. */
const WORDS = [
  ...[
    "\r",
    "\n",
    "\r\n",
    "\r\n\r\n",
    "\n\n",
    " ",
    "\t",
    "\0",
    "\x0b",
    "\x0c",
    "\x7f",
    "\x80",
    "\xff",
    ":",
    ";",
    ",",
    "=",
    '"',
  ],
  ...[
    "0",
    "00",
    "+",
    "-",
    "0x",
    "1e1",
    "ffffffffffffffff",
    "10000000000000000",
    "18446744073709551621",
    "chunked",
    "gzip",
  ],
  ..."Content-Length: 5\r\n|Content-Length: 3\r\n|Content-Length: 5, 5\r\n|Transfer-Encoding: chunked\r\n".split("|"),
  ..."Transfer-Encoding: identity\r\n|Transfer-Encoding: gzip, chunked\r\n|Transfer-Encoding: chunked, chunked\r\n".split(
    "|",
  ),
  ..."Transfer_Encoding: chunked\r\n|Transfer-Encoding : chunked\r\n| Transfer-Encoding: chunked\r\n|Content-Length:\r\n".split(
    "|",
  ),
  ..."Connection: close\r\n|Connection: Upgrade\r\nUpgrade: h2c\r\n|Host: b\r\n|HTTP/1.0|HTTP/1.1|HTTP/2.0|100|101|199|204".split(
    "|",
  ),
  ..."Proxy-Connection: close\r\n|Upgrade: x\r\n|A: b\r\n c\r\n|0\r\n\r\n|5\r\nhello\r\n|GET / HTTP/1.1\r\n|CONNECT|PRI|SOURCE".split(
    "|",
  ),
];

export type MessageKind = "request" | "chunks" | "response";

export interface MessageSource {
  /** The next damaged message, latin1. */
  next(kind: MessageKind): string;
  /** A number below that. */
  below(bound: number): number;
}

const SOURCES: Readonly<Record<MessageKind, readonly string[]>> = {
  request: HEADS,
  chunks: CHUNKS,
  response: RESPONSES,
};
const MOST_DAMAGES = 4;

export function createMessageSource(seed: number): MessageSource {
  let state = seed | 1;
  // xorshift32: fast, and good enough to choose where to cut.
  const below = (bound: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const damage = (text: string, kind: MessageKind): string => {
    const at = below(text.length + 1);
    const to = Math.min(text.length, at + 1 + below(12));
    switch (below(7)) {
      case 0:
        return text.slice(0, at) + String.fromCharCode(below(256)) + text.slice(at + 1);
      case 1:
        return text.slice(0, at) + pick(WORDS) + text.slice(at);
      case 2:
        return text.slice(0, at) + pick(WORDS) + text.slice(to);
      case 3:
        return text.slice(0, at) + text.slice(to);
      case 4:
        return text.slice(0, to) + text.slice(at);
      case 5: {
        // A whole line more, where lines begin.
        const line = text.indexOf("\r\n", at);
        return line < 0 ? text + pick(WORDS) : text.slice(0, line + 2) + pick(WORDS) + text.slice(line + 2);
      }
      default: {
        const other = pick(SOURCES[kind]);
        return text.slice(0, at) + other.slice(below(other.length));
      }
    }
  };
  return {
    below,
    next: (kind) => {
      let text = pick(SOURCES[kind]);
      for (let left = 1 + below(MOST_DAMAGES); left > 0; left -= 1) text = damage(text, kind);
      return kind === "chunks" ? CHUNKED + text : text;
    },
  };
}
