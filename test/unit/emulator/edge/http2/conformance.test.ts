// RFC 9113, section by section, with frames that are written by hand: what a server has to do about each.
import { describe, expect, test } from "vitest";
import { CODE } from "../../../../../src/emulator/edge/http2/frames.ts";
import { feed, type Http2Rig, http2Rig, type MemoryConn, turn } from "../../../../support/http2-rig.ts";
import { block, endOf, type Fields, FLAG, type Frame, FRAME, frame } from "../../../../support/raw-http2.ts";
import { PREFACE, request, settings, word } from "../../../../support/raw-http2.ts";

const PADDED = 8;
const PRIORITY = 0x20;
const GET: Fields = [
  [":method", "GET"],
  [":scheme", "https"],
  [":path", "/"],
  [":authority", "a.localhost"],
];
const POST: Fields = [[":method", "POST"], ...GET.slice(1)];
const withField = (name: string, value: string): Fields => [...GET, [name, value]];
const get = (stream: number): Buffer => request(stream, GET);
const post = (stream: number): Buffer => request(stream, POST, 0);
const data = (stream: number, text: string, flags = 0): Buffer => frame(FRAME.data, flags, stream, text);
const zeros = (bytes: number): Buffer => Buffer.alloc(bytes);
const setting = (id: number, value: number): Buffer => settings({ [id]: value });
const priority = (stream: number, on: number): Buffer =>
  frame(FRAME.priority, 0, stream, Buffer.concat([word(on), Buffer.from([16])]));

/** The code that a session ended with. */
const goodbyeOf = ({ frames }: MemoryConn): number | undefined =>
  frames.find(({ type }) => type === FRAME.goaway)?.payload.readUInt32BE(4);
/** The code that a stream was reset with. */
const resetOf = ({ frames }: MemoryConn, stream: number): number | undefined =>
  frames.find((one) => one.type === FRAME.reset && one.stream === stream)?.payload.readUInt32BE(0);
const ofType = ({ frames }: MemoryConn, type: number): Frame[] => frames.filter((one) => one.type === type);

/** Sends frames behind a preface, cut in two ways. @returns the connection when all was answered */
async function send(frames: readonly Buffer[], pieces: "at once" | "byte by byte"): Promise<MemoryConn> {
  const conn = http2Rig().greet();
  if (pieces === "at once") feed(conn, ...frames);
  else for (const byte of Buffer.concat(frames)) feed(conn, Buffer.from([byte]));
  await turn();
  return conn;
}

/** Each ends the session with that code. */
const SESSION_ERRORS: Readonly<Record<string, readonly [number, ...Buffer[]]>> = {
  "4.2 a frame larger than allowed": [CODE.frameSize, post(1), data(1, "x".repeat(16_385))],
  "4.2 a head larger than frames may be": [CODE.frameSize, frame(FRAME.headers, 5, 1, zeros(16_385))],
  "4.3 a block that is none": [CODE.compression, frame(FRAME.headers, 5, 1, "\x80")],
  "4.3 a block that is none, in a trailer": [CODE.compression, post(1), frame(FRAME.headers, 5, 1, "\xff")],
  "4.3 a frame within a block": [CODE.protocol, frame(FRAME.headers, 1, 1, block(GET)), priority(1, 0)],
  "4.3 another head within a block": [CODE.protocol, frame(FRAME.headers, 1, 1, block(GET)), get(3)],
  "4.3 the rest of a block on another stream": [
    CODE.protocol,
    frame(FRAME.headers, 1, 1, block(GET)),
    frame(FRAME.continuation, FLAG.endHeaders, 3),
  ],
  "5.1 DATA on an idle stream": [CODE.protocol, data(1, "x")],
  "5.1 DATA on an idle stream between": [CODE.protocol, get(1), data(5, "x")],
  "5.1 RST_STREAM on an idle stream": [CODE.protocol, frame(FRAME.reset, 0, 1, word(8))],
  "5.1 WINDOW_UPDATE on an idle stream": [CODE.protocol, frame(FRAME.windowUpdate, 0, 1, word(8))],
  "5.1 CONTINUATION on an idle stream": [CODE.protocol, frame(FRAME.continuation, FLAG.endHeaders, 1, block(GET))],
  "5.1 a head on a closed stream": [CODE.streamClosed, get(1), get(1)],
  "5.1.1 a head on an even stream": [CODE.protocol, get(2)],
  "5.1.1 a head on a stream lower than others": [CODE.streamClosed, get(5), get(3)],
  "5.3.1 a head that depends on itself": [
    CODE.protocol,
    frame(FRAME.headers, 5 | PRIORITY, 1, Buffer.concat([word(1), Buffer.from([16]), block(GET)])),
  ],
  "5.3.1 a priority that depends on itself": [CODE.protocol, priority(1, 1)],
  "5.5 an unknown frame within a block": [
    CODE.protocol,
    frame(FRAME.headers, 1, 1, block(GET)),
    frame(0xfa, 0, 1, "x"),
  ],
  "6.1 DATA on stream 0": [CODE.protocol, data(0, "x")],
  "6.1 DATA with more padding than payload": [CODE.protocol, post(1), data(1, "\x06hello", PADDED)],
  "6.1 DATA with padding and no length of it": [CODE.frameSize, post(1), data(1, "", PADDED)],
  "6.2 a head on stream 0": [CODE.protocol, get(0)],
  "6.2 a head with more padding than payload": [CODE.protocol, frame(FRAME.headers, 5 | PADDED, 1, "\xffhello")],
  "6.2 a head that is too short for its priority": [CODE.frameSize, frame(FRAME.headers, 5 | PRIORITY, 1, "123")],
  "6.3 PRIORITY on stream 0": [CODE.protocol, priority(0, 1)],
  "6.3 PRIORITY of another length": [CODE.frameSize, frame(FRAME.priority, 0, 1, "1234")],
  "6.4 RST_STREAM on stream 0": [CODE.protocol, frame(FRAME.reset, 0, 0, word(8))],
  "6.4 RST_STREAM of another length": [CODE.frameSize, post(1), frame(FRAME.reset, 0, 1, "123")],
  "6.5 SETTINGS on a stream": [CODE.protocol, frame(FRAME.settings, 0, 1)],
  "6.5 an answer to SETTINGS with a payload": [CODE.frameSize, frame(FRAME.settings, FLAG.ack, 0, zeros(6))],
  "6.5 SETTINGS of another length": [CODE.frameSize, frame(FRAME.settings, 0, 0, "123")],
  "6.5.2 push neither on nor off": [CODE.protocol, setting(2, 2)],
  "6.5.2 a window beyond windows": [CODE.flowControl, setting(4, 0x8000_0000)],
  "6.5.2 frames smaller than frames have to be": [CODE.protocol, setting(5, 16_383)],
  "6.5.2 frames larger than frames can be": [CODE.protocol, setting(5, 16_777_216)],
  "6.6 a push": [CODE.protocol, frame(FRAME.push, FLAG.endHeaders, 1, Buffer.concat([word(2), block(GET)]))],
  "6.7 PING on a stream": [CODE.protocol, frame(FRAME.ping, 0, 1, "12345678")],
  "6.7 PING of another length": [CODE.frameSize, frame(FRAME.ping, 0, 0, "1234567")],
  "6.8 GOAWAY on a stream": [CODE.protocol, frame(FRAME.goaway, 0, 1, zeros(8))],
  "6.8 GOAWAY that is too short": [CODE.frameSize, frame(FRAME.goaway, 0, 0, zeros(7))],
  "6.9 a window that opens by nothing": [CODE.protocol, frame(FRAME.windowUpdate, 0, 0, word(0))],
  "6.9 WINDOW_UPDATE of another length": [CODE.frameSize, frame(FRAME.windowUpdate, 0, 0, "123")],
  "6.9.1 a window beyond windows": [CODE.flowControl, frame(FRAME.windowUpdate, 0, 0, word(0x7fff_ffff))],
  "6.9.2 settings that make a window larger than windows": [
    CODE.flowControl,
    post(1),
    frame(FRAME.windowUpdate, 0, 1, word(0x7fff_0000)),
    setting(4, 0x7fff_ffff),
  ],
  "6.10 CONTINUATION behind a whole block": [CODE.protocol, post(1), frame(FRAME.continuation, 4, 1, block(GET))],
  "6.10 CONTINUATION behind DATA": [CODE.protocol, post(1), data(1, "x"), frame(FRAME.continuation, 4, 1)],
};

/** Each ends stream 1 with that code, and nothing else. */
const STREAM_ERRORS: Readonly<Record<string, readonly [number, ...Buffer[]]>> = {
  "5.1 DATA behind the end of a body": [CODE.streamClosed, post(1), data(1, "", FLAG.endStream), data(1, "x")],
  "5.1 DATA on a closed stream": [CODE.streamClosed, get(1), data(1, "x")],
  "6.9 a window that opens by nothing": [CODE.protocol, post(1), frame(FRAME.windowUpdate, 0, 1, word(0))],
  "6.9.1 a window beyond windows": [CODE.flowControl, post(1), frame(FRAME.windowUpdate, 0, 1, word(0x7fff_ffff))],
  "8.1 a second head that does not end the body": [CODE.protocol, post(1), request(1, [["x", "1"]], 0)],
  "8.1.1 less than the length": [CODE.protocol, request(1, withField("content-length", "2"), 0), data(1, "x", 1)],
  "8.1.1 more than the length": [CODE.protocol, request(1, withField("content-length", "1"), 0), data(1, "xy")],
  "8.1.1 a length and no body": [CODE.protocol, request(1, withField("content-length", "1"))],
  "8.1.1 a length and a trailer": [
    CODE.protocol,
    request(1, withField("content-length", "1"), 0),
    request(1, [["x", "1"]]),
  ],
  "8.1 a pseudo field in the trailer": [CODE.protocol, post(1), request(1, [[":path", "/"]])],
  "8.2 an upper-case name": [CODE.protocol, request(1, withField("X", "1"))],
  "8.2.1 a space before a value": [CODE.protocol, request(1, withField("x", " 1"))],
  "8.2.1 a tab behind a value": [CODE.protocol, request(1, withField("x", "1\t"))],
  "8.2.1 a line end in a value": [CODE.protocol, request(1, withField("x", "1\r\ny: 2"))],
  "8.2.1 a colon in a name": [CODE.protocol, request(1, withField("x:y", "1"))],
  "8.2.2 a field of one connection": [CODE.protocol, request(1, withField("connection", "close"))],
  "8.2.2 te with anything but trailers": [CODE.protocol, request(1, withField("te", "gzip"))],
  "8.3 an unknown pseudo field": [CODE.protocol, request(1, withField(":test", "1"))],
  "8.3 a pseudo field of responses": [CODE.protocol, request(1, [[":status", "200"], ...GET])],
  "8.3 a pseudo field behind others": [CODE.protocol, request(1, [["x", "1"], ...GET])],
  "8.3.1 an empty path": [CODE.protocol, request(1, GET.with(2, [":path", ""]))],
  "8.3.1 no method": [CODE.protocol, request(1, GET.toSpliced(0, 1))],
  "8.3.1 no scheme": [CODE.protocol, request(1, GET.toSpliced(1, 1))],
  "8.3.1 no path": [CODE.protocol, request(1, GET.toSpliced(2, 1))],
  "8.3.1 a path twice": [CODE.protocol, request(1, [[":path", "/"], ...GET])],
  "8.5 CONNECT": [CODE.protocol, request(1, [[":method", "CONNECT"], ...GET.slice(3)], 0)],
};

/** After each, a request on stream 7 is answered. */
const HARMLESS: Readonly<Record<string, readonly Buffer[]>> = {
  "4.1 a frame of an unknown type": [frame(0xfa, 0xff, 0, "x"), frame(0xfa, 0, 9, "x")],
  "4.1 unknown flags": [frame(FRAME.ping, 0xfe, 0, "12345678")],
  "4.1 the bit before a stream's number": [frame(FRAME.ping, 0, 0x8000_0000, "12345678")],
  "5.1 a stream that is skipped": [get(1), get(5)],
  "5.1 what is on its way when a stream is reset": [
    request(1, withField("connection", "close"), 0),
    data(1, "x"),
    request(1, [["x", "1"]]),
    frame(FRAME.reset, 0, 1, word(8)),
    frame(FRAME.windowUpdate, 0, 1, word(8)),
  ],
  "5.1 PRIORITY, RST_STREAM and WINDOW_UPDATE on a closed stream": [
    get(1),
    priority(1, 3),
    frame(FRAME.windowUpdate, 0, 1, word(8)),
    frame(FRAME.reset, 0, 1, word(8)),
  ],
  "5.3 PRIORITY on an idle stream": [priority(9, 3)],
  "6.1 DATA with padding": [post(1), data(1, "\x04hello\0\0\0\0", PADDED), data(1, "", FLAG.endStream)],
  "6.2 a head with padding and a priority": [
    frame(
      FRAME.headers,
      5 | PADDED | PRIORITY,
      1,
      Buffer.concat([Buffer.from([3]), word(0x8000_0000), Buffer.from([255]), block(GET), zeros(3)]),
    ),
  ],
  "6.4 an unknown code": [post(1), frame(FRAME.reset, 0, 1, word(0xff))],
  "6.5 an answer to SETTINGS": [frame(FRAME.settings, FLAG.ack, 0)],
  "6.5 settings that nobody knows": [settings({ 0xff: 1, 8: 1, 9: 1 })],
  "6.5.2 the largest frames, and none": [setting(5, 16_777_215), setting(5, 16_384)],
  "6.7 an answer to a PING that nobody sent": [frame(FRAME.ping, FLAG.ack, 0, "12345678")],
  "6.10 a block in three frames": [
    frame(FRAME.headers, FLAG.endStream, 1, block(GET.slice(0, 2))),
    frame(FRAME.continuation, 0, 1, block(GET.slice(2, 3))),
    frame(FRAME.continuation, FLAG.endHeaders, 1, block(GET.slice(3))),
  ],
};

describe.each(["at once", "byte by byte"] as const)("sent %s", (pieces) => {
  test.each(Object.entries(SESSION_ERRORS))("§%s ends the session", async (_name, [code, ...frames]) => {
    const conn = await send(frames, pieces);
    expect(goodbyeOf(conn)).toBe(code);
    expect(conn.ended).toBe(true);
  });

  test.each(Object.entries(STREAM_ERRORS))("§%s ends the stream", async (_name, [code, ...frames]) => {
    const conn = await send([...frames, get(7)], pieces);
    expect(resetOf(conn, 1)).toBe(code);
    expect(endOf({ frames: conn.frames, closed: false }, 7)).toEqual({ status: 200, body: "ok", reset: false });
    expect(goodbyeOf(conn)).toBeUndefined();
  });

  test.each(Object.entries(HARMLESS))("§%s harms nobody", async (_name, frames) => {
    const conn = await send([...frames, get(7)], pieces);
    expect(endOf({ frames: conn.frames, closed: false }, 7)).toEqual({ status: 200, body: "ok", reset: false });
    expect(goodbyeOf(conn)).toBeUndefined();
  });
});

describe("§3.4 the preface", () => {
  const begin = async (rig: Http2Rig, ...bytes: Buffer[]): Promise<MemoryConn> => {
    const conn = rig.open();
    feed(conn, ...bytes);
    await turn();
    return conn;
  };

  test("is answered with settings, whatever comes first", async () => {
    const conn = await begin(http2Rig(), PREFACE);
    expect(conn.frames[0]).toMatchObject({ type: FRAME.settings, flags: 0, stream: 0 });
  });

  test.each([
    ["of another protocol", Buffer.from("GET / HTTP/1.1\r\nhost: a\r\n\r\n")],
    ["with a wrong end", Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\rX")],
    ["without settings", Buffer.concat([PREFACE, get(1)])],
    ["with an answer for settings", Buffer.concat([PREFACE, frame(FRAME.settings, FLAG.ack, 0)])],
  ])("%s ends the session", async (_name, bytes) => {
    const conn = await begin(http2Rig(), bytes);
    expect(goodbyeOf(conn)).toBe(CODE.protocol);
    expect(conn.ended).toBe(true);
  });
});

describe("answers to frames", () => {
  test("§6.5.3 settings are acknowledged, and §6.7 pings come back", async () => {
    const conn = await send([settings(), frame(FRAME.ping, 0, 0, "12345678")], "at once");
    expect(ofType(conn, FRAME.settings).filter(({ flags }) => flags === FLAG.ack)).toHaveLength(2);
    expect(ofType(conn, FRAME.ping)).toMatchObject([{ flags: FLAG.ack, payload: Buffer.from("12345678") }]);
  });

  test("§5.1.2 more streams than were allowed are refused", async () => {
    const conn = await send(
      Array.from({ length: 130 }, (_, index) => post(2 * index + 1)),
      "at once",
    );
    expect([resetOf(conn, 255), resetOf(conn, 257), resetOf(conn, 259)]).toEqual([
      undefined,
      CODE.refused,
      CODE.refused,
    ]);
  });

  test("§10.5.1 a head with more than was allowed is told so", async () => {
    const long = Array.from({ length: 3 }, (_, index) => [`x-${index}`, "y".repeat(12_000)] as const);
    const parts = long.map((field, index) =>
      frame(FRAME.continuation, index === long.length - 1 ? FLAG.endHeaders : 0, 1, block([field])),
    );
    const conn = await send([frame(FRAME.headers, FLAG.endStream, 1, block(GET)), ...parts, get(3)], "at once");
    expect(endOf({ frames: conn.frames, closed: false }, 1)).toMatchObject({ status: 431, reset: false });
    expect(endOf({ frames: conn.frames, closed: false }, 3)).toMatchObject({ status: 200 });
  });
});
