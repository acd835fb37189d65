// What sessions take: bodies of requests, whole and in pieces.
import { describe, expect, test } from "vitest";
import { CODE } from "../../../../../src/emulator/edge/http2/frames.ts";
import { answer, ended, feed, goodbyes, http2Rig, payloads } from "../../../../support/http2-rig.ts";
import { requestFields, turn } from "../../../../support/http2-rig.ts";
import { block, type Fields, FLAG, FRAME, frame, request } from "../../../../support/raw-http2.ts";

describe("bodies of requests", () => {
  const upload = (...more: Fields): Buffer => request(1, requestFields("POST", ...more), 0);
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

  test.each([
    ["chunks", []],
    ["a length", [["content-length", "40100"]]],
  ] as [string, Fields][])("in single bytes come in few pieces, with %s", (_name, more) => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, upload(...more));
    const asked = rig.requests[0]!;
    const bytes = Array.from({ length: 20_000 }, (_, index) => String(index % 10));
    const before = asked.pieces;
    feed(conn, ...bytes.map((byte) => data(byte)));
    // 16 KiB are as much as is put together.
    expect(asked.pieces - before).toBe(2);
    expect(asked.body).toBe(bytes.join(""));
    // Between large ones, too, and everything that follows in its place.
    const large = "x".repeat(10_000);
    feed(
      conn,
      data("a"),
      data("b"),
      data(large),
      data("c"),
      data(large),
      ...bytes.slice(0, 97).map((one) => data(one)),
    );
    expect(asked.pieces - before).toBe(7);
    feed(conn, data("", FLAG.endStream));
    expect(asked.body).toBe(`${bytes.join("")}ab${large}c${large}${bytes.slice(0, 97).join("")}`);
    expect(asked.isWhole).toBe(true);
  });

  test("in single bytes of many streams come in a piece for each stream", () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    const streams = [1, 3, 5, 7];
    feed(conn, ...streams.map((stream) => request(stream, requestFields("POST"), 0)));
    const bytes = streams.flatMap((stream) => [stream, stream]);
    const trailer = frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, block([["x-sum", "1"]]));
    feed(conn, ...[...bytes, ...bytes].map((stream) => frame(FRAME.data, 0, stream, String(stream))), trailer);
    expect(rig.requests.map(({ pieces }) => pieces)).toEqual([3, 2, 2, 2]);
    expect(rig.requests[0]!.text).toMatch(/\r\n\r\n4\r\n1111\r\n0\r\nx-sum: 1\r\n\r\n$/);
    expect(rig.requests.map(({ text }) => /\d{4}/.exec(text)?.[0])).toEqual(["1111", "3333", "5555", "7777"]);
  });

  test("end with an answer that came on their first bytes", async () => {
    const conn = http2Rig((one) => {
      if (one.text.includes("11")) answer("no")(one);
    }).greet();
    feed(conn, upload(), ...Array.from({ length: 20_000 }, () => data("1")), data("", FLAG.endStream));
    await turn();
    expect(ended(conn, 1)).toEqual({ status: 200, body: "no", reset: false });
    expect(payloads(conn, FRAME.reset, 1)).toEqual([]);
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
    expect(payloads(conn, FRAME.windowUpdate, 1)).toEqual([]);
    stream.resume();
    feed(conn, data("", FLAG.endStream));
    await turn();
    expect(rig.requests[0]!.body).toBe(letters.replaceAll(/./g, (letter) => letter.repeat(16_000)));
    expect(payloads(conn, FRAME.windowUpdate, 1).length).toBeGreaterThan(0);
  });

  test("that are more than the stream's window end the stream", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    feed(conn, upload());
    rig.requests[0]!.conn.pause();
    feed(conn, ...Array.from({ length: 17 }, () => data("x".repeat(16_384))));
    await turn();
    expect(payloads(conn, FRAME.reset, 1)[0]?.readUInt32BE(0)).toBe(CODE.flowControl);
    expect(rig.requests[0]!.closed).toBe(true);
  });

  test("that nobody takes do not stop others, up to what a session may hold", async () => {
    const rig = http2Rig(() => undefined);
    const conn = rig.greet();
    const part = "x".repeat(16_384);
    for (let stream = 1; stream < 200 && !conn.ended; stream += 2) {
      feed(conn, request(stream, requestFields("POST"), 0));
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
});
