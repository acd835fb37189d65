// What a session does beside single frames: windows, waiting, memory, goodbyes and bounds.
import { describe, expect, test } from "vitest";
import { CODE } from "../../../../../src/emulator/edge/http2/frames.ts";
import { type AppRequest, feed, http2Rig, type MemoryConn, turn } from "../../../../support/http2-rig.ts";
import { block, endOf, type Fields, FLAG, FRAME, frame, integer, request } from "../../../../support/raw-http2.ts";
import { SETTING, settings, word } from "../../../../support/raw-http2.ts";

const fields = (method = "GET", ...more: Fields): Fields => [
  [":method", method],
  [":scheme", "https"],
  [":path", "/"],
  [":authority", "a.localhost"],
  ...more,
];
const CANCEL = word(8);
const ended = ({ frames }: MemoryConn, stream: number): ReturnType<typeof endOf> =>
  endOf({ frames, closed: false }, stream);
const ofType = ({ frames }: MemoryConn, type: number, stream: number): Buffer[] =>
  frames.filter((one) => one.type === type && one.stream === stream).map(({ payload }) => payload);
const sizes = (conn: MemoryConn, stream: number): number[] =>
  ofType(conn, FRAME.data, stream).map(({ length }) => length);
const windowUpdate = (stream: number, bytes: number): Buffer => frame(FRAME.windowUpdate, 0, stream, word(bytes));
const goodbyes = (conn: MemoryConn): number[][] =>
  ofType(conn, FRAME.goaway, 0).map((payload) => [payload.readUInt32BE(0), payload.readUInt32BE(4)]);
const answer =
  (body: string) =>
  ({ conn }: AppRequest): void => {
    conn.writeText(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    conn.end();
  };

describe("what is sent", () => {
  test("goes out in one write for all that was read in one turn", async () => {
    const rig = http2Rig();
    const conn = rig.greet();
    await turn();
    const before = conn.writes;
    feed(conn, ...Array.from({ length: 50 }, (_, index) => request(2 * index + 1, fields())));
    await turn();
    expect(conn.writes).toBe(before + 1);
    expect(ended(conn, 99)).toEqual({ status: 200, body: "ok", reset: false });
  });

  test("keeps to the windows of the stream and of the session, and goes on when they open", async () => {
    const body = "0123456789".repeat(10_000);
    const conn = http2Rig(answer(body)).greet({ [SETTING.initialWindowSize]: 3 });
    feed(conn, request(1, fields()));
    await turn();
    expect(sizes(conn, 1)).toEqual([3]);
    feed(conn, windowUpdate(1, 4));
    await turn();
    expect(sizes(conn, 1)).toEqual([3, 4]);
    feed(conn, windowUpdate(1, 1_000_000));
    await turn();
    // The session's own window is what is left.
    expect(sizes(conn, 1).reduce((sum, size) => sum + size, 0)).toBe(65_535);
    expect(Math.max(...sizes(conn, 1))).toBe(16_384);
    feed(conn, windowUpdate(0, 1_000_000));
    await turn();
    expect(ended(conn, 1)).toEqual({ status: 200, body, reset: false });
  });

  test("waits for windows that settings have made negative", async () => {
    const conn = http2Rig(answer("0123456789")).greet({ [SETTING.initialWindowSize]: 5 });
    feed(conn, request(1, fields()));
    await turn();
    feed(conn, settings({ [SETTING.initialWindowSize]: 2 }), windowUpdate(1, 3));
    await turn();
    expect(sizes(conn, 1)).toEqual([5]);
    feed(conn, settings({ [SETTING.initialWindowSize]: 4 }));
    await turn();
    expect(sizes(conn, 1)).toEqual([5, 2]);
    feed(conn, settings({ [SETTING.initialWindowSize]: 100 }));
    await turn();
    expect(ended(conn, 1)?.body).toBe("0123456789");
  });

  test("makes the app wait, and tells it when to go on", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet({ [SETTING.initialWindowSize]: 10 });
    feed(conn, request(1, fields()));
    const [asked] = rig.requests;
    const stream = asked!.conn;
    expect(stream.writeText("HTTP/1.1 200 OK\r\ncontent-length: 30\r\nconnection: close\r\n\r\n0123456789")).toBe(true);
    expect(stream.writeText("0123456789")).toBe(false);
    expect([stream.isPressed, stream.hasUnsent]).toEqual([true, true]);
    feed(conn, windowUpdate(1, 9));
    expect(asked!.drains).toBe(0);
    feed(conn, windowUpdate(1, 11));
    expect([asked!.drains, stream.isPressed]).toEqual([1, false]);
    expect(stream.writeText("0123456789")).toBe(true);
    stream.end();
    await turn();
    expect(ended(conn, 1)?.body).toHaveLength(30);
    expect(asked!.closed).toBe(true);
  });

  test("waits while the connection does, and is shared by all streams", async () => {
    const body = "x".repeat(40_000);
    const conn = http2Rig(answer(body)).greet({ [SETTING.initialWindowSize]: 1_000_000 });
    feed(conn, windowUpdate(0, 10_000_000));
    await turn();
    conn.isPressed = true;
    feed(conn, ...[1, 3, 5].map((stream) => request(stream, fields())));
    await turn();
    expect([1, 3, 5].map((stream) => sizes(conn, stream))).toEqual([[], [], []]);
    // Its client is not asked for more while it takes nothing.
    expect(conn.isPaused).toBe(true);
    conn.drain();
    await turn();
    expect(conn.isPaused).toBe(false);
    const order = conn.frames.filter(({ type }) => type === FRAME.data).map(({ stream }) => stream);
    expect(order.slice(0, 3)).toEqual([1, 3, 5]);
    expect([1, 3, 5].map((stream) => ended(conn, stream)?.body)).toEqual([body, body, body]);
  });

  test.each([
    ["a length", "content-length: 5\r\n", "hello"],
    ["chunks", "transfer-encoding: chunked\r\n", "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n"],
    ["the end of the connection", "", "hello"],
  ])("is the body and its end, with %s", async (_name, framing, body) => {
    const conn = http2Rig(({ conn: stream }) => {
      stream.writeText(`HTTP/1.1 200 OK\r\n${framing}connection: close\r\n\r\n${body}`);
      stream.end();
    }).greet();
    feed(conn, request(1, fields()));
    await turn();
    expect(ended(conn, 1)).toEqual({ status: 200, body: "hello", reset: false });
  });

  test("is a head and its end where there is no body", async () => {
    const heads: Readonly<Record<string, string>> = {
      HEAD: "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n",
      GET: "HTTP/1.1 204 No Content\r\n",
      PUT: "HTTP/1.1 304 Not Modified\r\netag: 1\r\n",
      DELETE: "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n",
    };
    const conn = http2Rig(({ conn: stream, text }) => {
      stream.writeText(`${heads[text.split(" ")[0]!]}connection: close\r\n\r\n`);
      stream.end();
    }).greet();
    const methods = Object.keys(heads);
    feed(conn, ...methods.map((method, index) => request(2 * index + 1, fields(method))));
    await turn();
    for (const [index] of methods.entries()) {
      const own = conn.frames.filter(({ stream }) => stream === 2 * index + 1);
      expect(own).toMatchObject([{ type: FRAME.headers, flags: FLAG.endHeaders | FLAG.endStream }]);
    }
  });

  test("is a reset where the app breaks off, or answers what is no answer", async () => {
    const breaks: Record<string, (request: AppRequest) => void> = {
      GET: ({ conn: stream }) => {
        stream.writeText("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe");
        stream.abort();
      },
      PUT: ({ conn: stream }) => void stream.writeText("nonsense\r\n\r\n"),
      DELETE: ({ conn: stream }) => {
        stream.writeText("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe");
        stream.end();
      },
    };
    const conn = http2Rig((one) => breaks[one.text.split(" ")[0]!]?.(one)).greet();
    feed(conn, ...Object.keys(breaks).map((method, index) => request(2 * index + 1, fields(method))));
    await turn();
    const codes = [1, 3, 5].map((stream) => ofType(conn, FRAME.reset, stream)[0]?.readUInt32BE(0));
    expect(codes).toEqual([CODE.internal, CODE.internal, CODE.internal]);
    expect([1, 3, 5].map((stream) => ended(conn, stream)?.reset)).toEqual([true, true, true]);
  });

  test("begins with an empty table where the client's is smaller than at the beginning", async () => {
    const conn = http2Rig().greet({ [SETTING.headerTableSize]: 0 });
    feed(conn, request(1, fields()), request(3, fields()));
    await turn();
    expect(ofType(conn, FRAME.headers, 1)[0]?.[0]).toBe(0x20);
    expect(ofType(conn, FRAME.headers, 3)[0]?.[0]).toBe(0x88);
  });
});

describe("bodies of requests", () => {
  const upload = (...more: Fields): Buffer => request(1, fields("POST", ...more), 0);
  const data = (text: string, flags = 0): Buffer => frame(FRAME.data, flags, 1, text);

  test("are no whole request before the client has ended them", () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, upload(["content-length", "5"]), data("hello"));
    expect(rig.requests[0]!.text).toMatch(/\r\n\r\nhell$/);
    feed(conn, data("", FLAG.endStream));
    expect(rig.requests[0]!.body).toBe("hello");
  });

  test("of no bytes are no request before the client has ended them", () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, upload(["content-length", "0"]));
    expect(rig.requests[0]!.text).toBe("");
    feed(conn, data("", FLAG.endStream));
    expect(rig.requests[0]!.isWhole).toBe(true);
  });

  test("come in order when they had to wait, and open the window only then", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, upload());
    const { conn: stream } = rig.requests[0]!;
    stream.pause();
    const letters = "abcdefghijklmnop";
    feed(conn, ...letters.split("").map((letter) => data(letter.repeat(16_000))));
    await turn();
    expect(rig.requests[0]!.body).toBe("");
    expect(ofType(conn, FRAME.windowUpdate, 1)).toEqual([]);
    stream.resume();
    feed(conn, data("", FLAG.endStream));
    await turn();
    expect(rig.requests[0]!.body).toBe(letters.replaceAll(/./g, (letter) => letter.repeat(16_000)));
    expect(ofType(conn, FRAME.windowUpdate, 1).length).toBeGreaterThan(0);
  });

  test("that are more than the stream's window end the stream", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, upload());
    rig.requests[0]!.conn.pause();
    feed(conn, ...Array.from({ length: 17 }, () => data("x".repeat(16_384))));
    await turn();
    expect(ofType(conn, FRAME.reset, 1)[0]?.readUInt32BE(0)).toBe(CODE.flowControl);
    expect(rig.requests[0]!.closed).toBe(true);
  });

  test("that nobody takes do not stop others, up to what a session may hold", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    const part = "x".repeat(16_384);
    for (let stream = 1; stream < 200 && !conn.ended; stream += 2) {
      feed(conn, request(stream, fields("POST"), 0));
      rig.requests.at(-1)!.conn.pause();
      feed(conn, ...Array.from({ length: 16 }, () => frame(FRAME.data, 0, stream, part)));
    }
    await turn();
    // Whoever goes on without a window is not listened to.
    expect(goodbyes(conn)).toMatchObject([[expect.anything(), CODE.flowControl]]);
    const streams = rig.requests.length;
    expect(streams * 262_144).toBeGreaterThan(4_194_304);
    expect(streams * 262_144).toBeLessThan(4_194_304 + 2 * 1_048_576);
  });

  test("may stay unread when the answer is complete", async () => {
    const conn = http2Rig((one) => {
      if (one.closed || !one.text.includes("\r\n\r\n")) return;
      answer("no")(one);
    }).greet();
    feed(conn, upload(), data("x"));
    await turn();
    expect(ended(conn, 1)).toMatchObject({ status: 200, body: "no" });
    expect(ofType(conn, FRAME.reset, 1)[0]?.readUInt32BE(0)).toBe(CODE.none);
  });
});

describe("bounds", () => {
  test("what a stream had not sent is gone with it, and many such ask the client for another session", async () => {
    const rig = http2Rig(answer("x".repeat(100_000)));
    const conn = rig.greet({ [SETTING.initialWindowSize]: 0 });
    for (let stream = 1; stream < 2 * 30; stream += 2)
      feed(conn, request(stream, fields()), frame(FRAME.reset, 0, stream, CANCEL));
    await turn();
    expect(rig.requests.every(({ conn: stream, closed }) => closed && !stream.hasUnsent)).toBe(true);
    expect(goodbyes(conn)).toEqual([[0x7fff_ffff, CODE.none]]);
  });

  const FLOODS: Readonly<Record<string, (index: number) => Buffer>> = {
    "streams that are reset": (index) =>
      Buffer.concat([request(2 * index + 1, fields("POST"), 0), frame(FRAME.reset, 0, 2 * index + 1, CANCEL)]),
    pings: () => frame(FRAME.ping, 0, 0, "12345678"),
    settings: () => settings(),
    priorities: () => frame(FRAME.priority, 0, 1, Buffer.alloc(5)),
    windows: () => windowUpdate(0, 1),
    "unknown frames": () => frame(0xfa, 0, 0),
    "frames of bodies without bytes": (index) =>
      index === 0 ? request(1, fields("POST"), 0) : frame(FRAME.data, 0, 1),
    "frames of blocks without bytes": (index) =>
      index === 0 ? frame(FRAME.headers, 0, 1, block(fields())) : frame(FRAME.continuation, 0, 1),
  };
  test.each(Object.entries(FLOODS))("a flood of %s ends the session at once", async (_name, piece) => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    let sent = 0;
    for (; sent < 20_000 && !conn.destroyed; sent += 1) feed(conn, piece(sent));
    expect(conn.destroyed).toBe(true);
    expect(goodbyes(conn)).toMatchObject([[expect.anything(), CODE.calm]]);
    expect(rig.requests.every(({ closed }) => closed)).toBe(true);
  });

  test("a client that is sent much may open windows often", async () => {
    const conn = http2Rig(answer("x".repeat(1_000_000))).greet({ [SETTING.initialWindowSize]: 0x7fff_ffff });
    for (let round = 0; round < 100; round += 1) {
      feed(conn, request(2 * round + 1, fields()), ...Array.from({ length: 250 }, () => windowUpdate(0, 4_000)));
      await turn();
    }
    expect(ended(conn, 199)?.body).toHaveLength(1_000_000);
    expect(goodbyes(conn)).toEqual([]);
  });

  test("a head that unfolds to megabytes is too large, and the next one is read", async () => {
    const conn = http2Rig().greet();
    const value = "y".repeat(4_000);
    const kept = [Buffer.from([0x40]), integer(1, 7), Buffer.from("x"), integer(value.length, 7), Buffer.from(value)];
    const bomb = Buffer.concat([block(fields()), ...kept, Buffer.alloc(12_000, 0x80 | 62)]);
    feed(conn, frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, bomb));
    feed(conn, frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 3, Buffer.concat([block(fields()), Buffer.from([0xbe])])));
    await turn();
    expect(ended(conn, 1)).toMatchObject({ status: 431 });
    expect(ended(conn, 3)).toMatchObject({ status: 200 });
  });

  test("the session that has been idle for longest makes room", () => {
    const rig = http2Rig(() => undefined, 3);
    const conns = [0, 1, 2].map(() => rig.greet());
    feed(conns[0]!, request(1, fields()));
    rig.greet();
    expect(conns.map(({ destroyed }) => destroyed)).toEqual([false, true, false]);
  });
});

describe("goodbyes", () => {
  const acknowledge = (conn: MemoryConn): Buffer =>
    frame(FRAME.ping, FLAG.ack, 0, ofType(conn, FRAME.ping, 0)[0]!);

  test("are said in two steps: what was sent before the first was heard is answered", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, fields()));
    let isDrained = false;
    const drained = rig.sessions.drain().then(() => (isDrained = true));
    await turn();
    expect(goodbyes(conn)).toEqual([[0x7fff_ffff, CODE.none]]);
    feed(conn, request(3, fields()), acknowledge(conn), request(5, fields()));
    await turn();
    expect(goodbyes(conn)[1]).toEqual([3, CODE.none]);
    expect(rig.requests).toHaveLength(2);
    for (const one of rig.requests) answer("ok")(one);
    await turn();
    await turn();
    expect([1, 3].map((stream) => ended(conn, stream)?.body)).toEqual(["ok", "ok"]);
    expect([conn.ended, isDrained]).toEqual([true, false]);
    conn.listener.onClose();
    await drained;
  });

  test("do not wait for ever: neither for a client without streams nor for one that does not close", async () => {
    const rig = http2Rig();
    const conn = rig.greet();
    const drained = rig.sessions.drain();
    rig.clock.nowMs += 1_001;
    rig.sessions.sweep();
    await turn();
    expect(conn.ended).toBe(true);
    rig.clock.nowMs += 1_001;
    rig.sessions.sweep();
    expect(conn.destroyed).toBe(true);
    await drained;
  });

  test("are said to a session that has been without streams for long, not to one that waits for an answer", async () => {
    const rig = http2Rig(() => undefined);
    const [idle, busy] = [rig.greet(), rig.greet()];
    feed(busy, request(1, fields()));
    rig.clock.nowMs += 60_001;
    rig.sessions.sweep();
    await turn();
    expect([goodbyes(idle).length, goodbyes(busy).length]).toEqual([1, 0]);
  });

  test("of a client let its streams end first", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, fields()), frame(FRAME.goaway, 0, 0, Buffer.alloc(8)));
    await turn();
    expect(conn.ended).toBe(false);
    answer("ok")(rig.requests[0]!);
    await turn();
    await turn();
    expect(ended(conn, 1)).toEqual({ status: 200, body: "ok", reset: false });
    expect(conn.ended).toBe(true);
  });

  test("are not needed where the connection is gone: the app hears of that once", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, fields()), request(3, fields("POST"), 0));
    conn.listener.onClose();
    await turn();
    expect(rig.requests.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test("a client that takes nothing for long is left", async () => {
    const rig = http2Rig(answer("x".repeat(100)));
    const conn = rig.greet();
    conn.isPressed = true;
    feed(conn, request(1, fields()));
    await turn();
    rig.clock.nowMs += 60_001;
    rig.sessions.sweep();
    expect(conn.destroyed).toBe(true);
  });
});
