// What sessions send: windows, and waiting.
import { describe, expect, test } from "vitest";
import { CODE } from "../../../../../src/emulator/edge/http2/frames.ts";
import { answer, type AppRequest, ended, feed, http2Rig, type MemoryConn } from "../../../../support/http2-rig.ts";
import { payloads, requestFields, turn } from "../../../../support/http2-rig.ts";
import { FLAG, FRAME, frame, request } from "../../../../support/raw-http2.ts";
import { SETTING, settings, word } from "../../../../support/raw-http2.ts";

const sizes = (conn: MemoryConn, stream: number): number[] =>
  payloads(conn, FRAME.data, stream).map(({ length }) => length);
const windowUpdate = (stream: number, bytes: number): Buffer => frame(FRAME.windowUpdate, 0, stream, word(bytes));

describe("what is sent", () => {
  test("goes out in one write for all that was read in one turn", async () => {
    const rig = http2Rig();
    const conn = rig.greet();
    await turn();
    const before = conn.writes;
    feed(conn, ...Array.from({ length: 50 }, (_, index) => request(2 * index + 1, requestFields())));
    await turn();
    expect(conn.writes).toBe(before + 1);
    expect(ended(conn, 99)).toEqual({ status: 200, body: "ok", reset: false });
  });

  test("keeps to the windows of the stream and of the session, and goes on when they open", async () => {
    const body = "0123456789".repeat(10_000);
    const conn = http2Rig(answer(body)).greet({ [SETTING.initialWindowSize]: 3 });
    feed(conn, request(1, requestFields()));
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
    feed(conn, request(1, requestFields()));
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
    feed(conn, request(1, requestFields()));
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
    feed(conn, ...[1, 3, 5].map((stream) => request(stream, requestFields())));
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
    feed(conn, request(1, requestFields()));
    await turn();
    expect(ended(conn, 1)).toEqual({ status: 200, body: "hello", reset: false });
  });

  test("ends its own stream, whatever others have sent meanwhile", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, requestFields()), request(3, requestFields()));
    const [first, second] = rig.requests.map(({ conn: stream }) => stream);
    first!.writeText("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\none");
    second!.writeText("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\ntwo");
    first!.end();
    await turn();
    expect(ended(conn, 1)).toEqual({ status: 200, body: "one", reset: false });
    expect(ended(conn, 3)).toBeUndefined();
  });

  test("shares a narrow window among all streams", async () => {
    const conn = http2Rig(answer("x".repeat(100_000))).greet({ [SETTING.initialWindowSize]: 1_000_000 });
    feed(conn, ...[1, 3, 5].map((stream) => request(stream, requestFields())));
    await turn();
    const before = conn.frames.length;
    for (let count = 0; count < 6; count += 1) feed(conn, windowUpdate(0, 1_000));
    await turn();
    const order = conn.frames.slice(before).map(({ stream }) => stream);
    expect(order.toSorted((a, b) => a - b)).toEqual([1, 1, 3, 3, 5, 5]);
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
    feed(conn, ...methods.map((method, index) => request(2 * index + 1, requestFields(method))));
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
    feed(conn, ...Object.keys(breaks).map((method, index) => request(2 * index + 1, requestFields(method))));
    await turn();
    const codes = [1, 3, 5].map((stream) => payloads(conn, FRAME.reset, stream)[0]?.readUInt32BE(0));
    expect(codes).toEqual([CODE.internal, CODE.internal, CODE.internal]);
    expect([1, 3, 5].map((stream) => ended(conn, stream)?.reset)).toEqual([true, true, true]);
  });

  test("begins with an empty table where the client's is smaller than at the beginning", async () => {
    const conn = http2Rig().greet({ [SETTING.headerTableSize]: 0 });
    feed(conn, request(1, requestFields()), request(3, requestFields()));
    await turn();
    expect(payloads(conn, FRAME.headers, 1)[0]?.[0]).toBe(0x20);
    expect(payloads(conn, FRAME.headers, 3)[0]?.[0]).toBe(0x88);
  });
});
