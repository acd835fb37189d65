// Clients that ask for much with little, or at the wrong moment.
import { describe, expect, test } from "vitest";
import { CODE } from "../../../../../src/emulator/edge/http2/frames.ts";
import {
  acknowledge,
  answer,
  ended,
  feed,
  goodbyes,
  http2Rig,
  type MemoryConn,
} from "../../../../support/http2-rig.ts";
import { requestFields, turn } from "../../../../support/http2-rig.ts";
import { block, FLAG, FRAME, frame, integer, request } from "../../../../support/raw-http2.ts";
import { SETTING, word } from "../../../../support/raw-http2.ts";

const CANCEL = word(8);

/** A connection that takes one write, and asks to wait after it. */
function pressedByWrites(conn: MemoryConn): void {
  conn.taker = () => {
    conn.isPressed = true;
  };
}

describe("bodies of requests", () => {
  test.each([
    ["in chunks", []],
    ["of a told length", [["content-length", "200000"] as const]],
  ])("that come in single bytes and have to wait, %s, are put together", (_name, more) => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, requestFields("POST", ...more), 0));
    const [asked] = rig.requests;
    asked!.conn.pause();
    const byte = frame(FRAME.data, 0, 1, "x");
    const many = Buffer.concat(Array.from({ length: 2_000 }, () => byte));
    for (let count = 0; count < 100; count += 1) feed(conn, many);
    feed(conn, frame(FRAME.data, FLAG.endStream, 1));
    let pieces = 0;
    const take = asked!.onData.bind(asked);
    asked!.onData = (bytes, start, end) => {
      pieces += 1;
      take(bytes, start, end);
    };
    asked!.conn.resume();
    expect(asked!.body.length).toBe(200_000);
    expect(pieces).toBeLessThan(200);
  });

  test("open no window of a stream that the app has ended meanwhile", async () => {
    const rig = http2Rig((one) => {
      if (one.text.length > 131_072 && !one.closed) one.conn.destroy();
    });
    const conn = rig.greet();
    feed(conn, request(1, requestFields("POST"), 0));
    feed(conn, ...Array.from({ length: 8 }, () => frame(FRAME.data, 0, 1, "x".repeat(16_384))));
    await turn();
    const own = conn.frames.filter(({ stream }) => stream === 1).map(({ type }) => type);
    expect(own).toEqual([FRAME.reset]);
  });
});

describe("answers to a client that takes nothing", () => {
  test("are not asked for any longer within one turn", () => {
    const conn = http2Rig(answer("")).greet();
    pressedByWrites(conn);
    const requests = (first: number): Buffer[] =>
      Array.from({ length: 3_000 }, (_, index) => request(first + 2 * index, requestFields()));
    for (let first = 1; !conn.isPaused && first < 60_000; first += 6_000) feed(conn, ...requests(first));
    expect(conn.isPaused).toBe(true);
    expect(conn.bytes).toBeLessThan(400_000);
  });

  test("do not keep its frames from being read when it takes them piece by piece", async () => {
    const rig = http2Rig(answer("x".repeat(1_000_000)));
    const conn = rig.greet({ [SETTING.initialWindowSize]: 0x7fff_ffff });
    feed(conn, frame(FRAME.windowUpdate, 0, 0, word(0x7000_0000)));
    await turn();
    pressedByWrites(conn);
    feed(conn, ...[1, 3, 5].map((stream) => request(stream, requestFields())));
    for (let count = 0; count < 5; count += 1) {
      await turn();
      conn.drain();
    }
    await turn();
    expect([conn.isPressed, conn.isPaused]).toEqual([true, false]);
  });
});

describe("blocks", () => {
  const kept = (name: string, value: string): Buffer[] => [
    ...[Buffer.from([0x40]), integer(name.length, 7), Buffer.from(name)],
    ...[integer(value.length, 7), Buffer.from(value)],
  ];

  test("with a long name again and again cost no more than their bytes", async () => {
    const conn = http2Rig().greet();
    const first = Buffer.concat([block(requestFields()), ...kept("n".repeat(4_000), "")]);
    feed(conn, frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, first));
    const again = Buffer.concat([...Array.from({ length: 8_000 }, () => Buffer.from([0x7e, 0x00]))]);
    feed(conn, frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 3, again));
    feed(conn, request(5, requestFields()));
    await turn();
    expect(ended(conn, 3)?.status).toBe(431);
    expect(ended(conn, 5)?.status).toBe(200);
  });

  test("of streams that were given up are counted", () => {
    const conn = http2Rig().greet();
    feed(conn, request(1, requestFields("POST", ["connection", "close"]), 0));
    const trailer = request(1, [["x", "y"]]);
    for (let count = 0; count < 20_000 && !conn.destroyed; count += 1) feed(conn, trailer);
    expect(goodbyes(conn)).toEqual([[1, CODE.calm]]);
  });
});

describe("goodbyes", () => {
  test("do not take back which streams were never taken", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, requestFields()));
    void rig.sessions.drain();
    await turn();
    feed(conn, acknowledge(conn), request(3, requestFields()));
    feed(conn, frame(FRAME.ping, 0, 1, "12345678"));
    await turn();
    expect(goodbyes(conn).at(-1)).toEqual([1, CODE.protocol]);
  });

  test("leave a session at once that has no streams when all is drained", async () => {
    const rig = http2Rig();
    const conn = rig.greet();
    feed(conn, request(1, requestFields()));
    await turn();
    await turn();
    const drained = rig.sessions.drain();
    await turn();
    expect(goodbyes(conn)).toEqual([[1, CODE.none]]);
    expect(conn.ended).toBe(true);
    rig.clock.nowMs += 201;
    rig.sessions.sweep();
    expect(conn.destroyed).toBe(true);
    await drained;
  });

  test("of sessions that were ended make room like idle ones", () => {
    const rig = http2Rig(() => undefined, 2);
    const conns = [rig.greet(), rig.greet()];
    for (const conn of conns) feed(conn, request(1, requestFields()));
    feed(conns[1]!, frame(FRAME.ping, 0, 1, "12345678"));
    rig.greet();
    expect(conns.map(({ destroyed }) => destroyed)).toEqual([false, true]);
  });
});

test("resets are counted from the first one, however old the session is", () => {
  const rig = http2Rig(() => undefined);
  const conn = rig.greet();
  rig.clock.nowMs += 3_600_000;
  let resets = 0;
  for (; resets < 1_000 && !conn.destroyed; resets += 1)
    feed(conn, request(2 * resets + 1, requestFields()), frame(FRAME.reset, 0, 2 * resets + 1, CANCEL));
  expect(resets).toBe(201);
});
