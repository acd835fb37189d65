// What a session may ask for, and how it ends.
import { describe, expect, test } from "vitest";
import { CODE } from "../../../../../src/emulator/edge/http2/frames.ts";
import { acknowledge, answer, ended, feed, goodbyes, http2Rig } from "../../../../support/http2-rig.ts";
import { requestFields, turn } from "../../../../support/http2-rig.ts";
import { block, FLAG, FRAME, frame, integer, request } from "../../../../support/raw-http2.ts";
import { SETTING, settings, word } from "../../../../support/raw-http2.ts";

const CANCEL = word(8);
const windowUpdate = (stream: number, bytes: number): Buffer => frame(FRAME.windowUpdate, 0, stream, word(bytes));

describe("bounds", () => {
  test("what a stream had not sent is gone with it, and many such ask the client for another session", async () => {
    const rig = http2Rig(answer("x".repeat(100_000)));
    const conn = rig.greet({ [SETTING.initialWindowSize]: 0 });
    for (let stream = 1; stream < 2 * 30; stream += 2)
      feed(conn, request(stream, requestFields()), frame(FRAME.reset, 0, stream, CANCEL));
    await turn();
    expect(rig.requests.every(({ conn: stream, closed }) => closed && !stream.hasUnsent)).toBe(true);
    expect(goodbyes(conn)).toEqual([[0x7fff_ffff, CODE.none]]);
  });

  const FLOODS: Readonly<Record<string, (index: number) => Buffer>> = {
    "streams that are reset": (index) =>
      Buffer.concat([request(2 * index + 1, requestFields("POST"), 0), frame(FRAME.reset, 0, 2 * index + 1, CANCEL)]),
    pings: () => frame(FRAME.ping, 0, 0, "12345678"),
    settings: () => settings(),
    priorities: () => frame(FRAME.priority, 0, 1, Buffer.alloc(5)),
    windows: () => windowUpdate(0, 1),
    "unknown frames": () => frame(0xfa, 0, 0),
    "frames of bodies without bytes": (index) =>
      index === 0 ? request(1, requestFields("POST"), 0) : frame(FRAME.data, 0, 1),
    "frames of blocks without bytes": (index) =>
      index === 0 ? frame(FRAME.headers, 0, 1, block(requestFields())) : frame(FRAME.continuation, 0, 1),
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
      feed(conn, request(2 * round + 1, requestFields()), ...Array.from({ length: 250 }, () => windowUpdate(0, 4_000)));
      await turn();
    }
    expect(ended(conn, 199)?.body).toHaveLength(1_000_000);
    expect(goodbyes(conn)).toEqual([]);
  });

  test("a head that unfolds to megabytes is too large, and the next one is read", async () => {
    const conn = http2Rig().greet();
    const value = "y".repeat(4_000);
    const kept = [Buffer.from([0x40]), integer(1, 7), Buffer.from("x"), integer(value.length, 7), Buffer.from(value)];
    const bomb = Buffer.concat([block(requestFields()), ...kept, Buffer.alloc(12_000, 0x80 | 62)]);
    feed(conn, frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, bomb));
    feed(
      conn,
      frame(
        FRAME.headers,
        FLAG.endHeaders | FLAG.endStream,
        3,
        Buffer.concat([block(requestFields()), Buffer.from([0xbe])]),
      ),
    );
    await turn();
    expect(ended(conn, 1)).toMatchObject({ status: 431 });
    expect(ended(conn, 3)).toMatchObject({ status: 200 });
  });

  test("the session that has been idle for longest makes room", () => {
    const rig = http2Rig(() => undefined, 3);
    const conns = [0, 1, 2].map(() => rig.greet());
    feed(conns[0]!, request(1, requestFields()));
    rig.greet();
    expect(conns.map(({ destroyed }) => destroyed)).toEqual([false, true, false]);
  });
});

describe("goodbyes", () => {
  test("are said in two steps: what was sent before the first was heard is answered", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, requestFields()));
    let isDrained = false;
    const drained = rig.sessions.drain().then(() => (isDrained = true));
    await turn();
    expect(goodbyes(conn)).toEqual([[0x7fff_ffff, CODE.none]]);
    feed(conn, request(3, requestFields()), acknowledge(conn), request(5, requestFields()));
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
    rig.clock.nowMs += 2_001;
    rig.sessions.sweep();
    expect(conn.destroyed).toBe(true);
    await drained;
  });

  test("are said at once to those that come later", async () => {
    const rig = http2Rig();
    rig.greet();
    void rig.sessions.drain();
    const late = rig.greet();
    await turn();
    expect(goodbyes(late)).toEqual([[0x7fff_ffff, CODE.none]]);
  });

  test("leave a slow client the time to take its last answer", async () => {
    const rig = http2Rig(answer("x".repeat(100)));
    const conn = rig.greet();
    feed(conn, request(1, requestFields()), frame(FRAME.goaway, 0, 0, Buffer.alloc(8)));
    await turn();
    await turn();
    expect(conn.ended).toBe(true);
    conn.isPressed = true;
    for (const [waits, isGone] of [
      [50_000, false],
      [20_000, true],
    ] as const) {
      rig.clock.nowMs += waits;
      rig.sessions.sweep();
      expect(conn.destroyed).toBe(isGone);
    }
  });

  test("are said to a session that has been without streams for long, not to one that waits for an answer", async () => {
    const rig = http2Rig(() => undefined);
    const [idle, busy] = [rig.greet(), rig.greet()];
    feed(busy, request(1, requestFields()));
    rig.clock.nowMs += 60_001;
    rig.sessions.sweep();
    await turn();
    expect([goodbyes(idle).length, goodbyes(busy).length]).toEqual([1, 0]);
  });

  test("of a client let its streams end first", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, requestFields()), frame(FRAME.goaway, 0, 0, Buffer.alloc(8)), request(3, requestFields()));
    await turn();
    expect(conn.ended).toBe(false);
    for (const one of rig.requests) answer("ok")(one);
    await turn();
    await turn();
    const answered = { status: 200, body: "ok", reset: false };
    expect([ended(conn, 1), ended(conn, 3)]).toEqual([answered, answered]);
    expect(conn.ended).toBe(true);
  });

  test("are not needed where the connection is gone: the app hears of that once", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, request(1, requestFields()), request(3, requestFields("POST"), 0));
    conn.listener.onClose();
    await turn();
    expect(rig.requests.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test("a client that takes nothing for long is left", async () => {
    const rig = http2Rig(answer("x".repeat(100)));
    const conn = rig.greet();
    conn.isPressed = true;
    feed(conn, request(1, requestFields()));
    await turn();
    rig.clock.nowMs += 60_001;
    rig.sessions.sweep();
    expect(conn.destroyed).toBe(true);
  });
});
