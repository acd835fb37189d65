// Answers that are complete before their requests are: when the client is asked to stop sending.
import { expect, test } from "vitest";
import { CODE } from "../../../../../src/emulator/edge/http2/frames.ts";
import { acknowledge, answer, type AppRequest, ended, feed, http2Rig } from "../../../../support/http2-rig.ts";
import { goodbyes, type Http2Rig, type MemoryConn, payloads, requestFields } from "../../../../support/http2-rig.ts";
import { turn } from "../../../../support/http2-rig.ts";
import { block, FLAG, FRAME, frame, request, word } from "../../../../support/raw-http2.ts";

const upload = (stream: number): Buffer => request(stream, requestFields("POST"), 0);
const data = (stream: number, flags = 0): Buffer => frame(FRAME.data, flags, stream, "x");

/** An app that answers what has begun. */
function answersEarly(body = "no"): Http2Rig {
  const answered = new Set<AppRequest>();
  return http2Rig((one) => {
    if (answered.has(one)) return;
    answered.add(one);
    answer(body)(one);
  });
}

/** The streams that were reset, in that order, each with its code. */
const resets = ({ frames }: MemoryConn): number[][] =>
  frames.filter(({ type }) => type === FRAME.reset).map(({ stream, payload }) => [stream, payload.readUInt32BE(0)]);
const pings = (conn: MemoryConn): number => payloads(conn, FRAME.ping, 0).length;

test("it is asked to stop when it has read the end of the answer", async () => {
  const conn = answersEarly().greet();
  feed(conn, upload(1), data(1));
  await turn();
  expect(ended(conn, 1)).toEqual({ status: 200, body: "no", reset: false });
  // What it sends meanwhile is no fault of its.
  feed(conn, data(1), data(1));
  await turn();
  expect([resets(conn), goodbyes(conn)]).toEqual([[], []]);
  feed(conn, acknowledge(conn));
  await turn();
  expect(resets(conn)).toEqual([[1, CODE.none]]);
});

test("of many answers, one ping at a time tells", async () => {
  const conn = answersEarly().greet();
  feed(conn, upload(1), upload(3), upload(5));
  await turn();
  feed(conn, frame(FRAME.ping, FLAG.ack, 0, "12345678"));
  expect(pings(conn)).toBe(1);
  feed(conn, acknowledge(conn));
  await turn();
  expect([resets(conn), pings(conn)]).toEqual([[[1, CODE.none]], 2]);
  feed(conn, acknowledge(conn, 0));
  await turn();
  expect(resets(conn)).toHaveLength(1);
  feed(conn, acknowledge(conn));
  await turn();
  expect(resets(conn).map(([stream]) => stream)).toEqual([1, 3, 5]);
  // Nothing waits any more.
  feed(conn, upload(7));
  await turn();
  expect(pings(conn)).toBe(3);
});

test.each([
  ["a body that is whole", data(1, FLAG.endStream)],
  ["a trailer", frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, block([["x-sum", "1"]]))],
  ["a reset", frame(FRAME.reset, 0, 1, word(CODE.cancel))],
])("it is not asked when it has stopped by itself, with %s", async (_name, stop) => {
  const conn = answersEarly().greet();
  feed(conn, upload(1));
  await turn();
  feed(conn, stop, acknowledge(conn));
  await turn();
  expect([resets(conn), goodbyes(conn)]).toEqual([[], []]);
});

test("it is asked after a second where it does not say how far it has read, and the late word is of no meaning", async () => {
  const rig = answersEarly();
  const conn = rig.greet();
  feed(conn, upload(1));
  await turn();
  rig.clock.nowMs += 1_001;
  rig.sessions.sweep();
  feed(conn, upload(3));
  await turn();
  expect(resets(conn)).toEqual([[1, CODE.none]]);
  feed(conn, acknowledge(conn, 0));
  await turn();
  expect(resets(conn)).toHaveLength(1);
});

test("it is asked where very many answers are not read", async () => {
  const conn = answersEarly().greet();
  for (let stream = 1; stream < 2 * 600; stream += 2) {
    feed(conn, upload(stream));
    await turn();
  }
  const waiting = 600 - resets(conn).length;
  expect(waiting).toBeGreaterThan(0);
  expect(waiting).toBeLessThanOrEqual(256);
});

test("it is asked before the session ends", async () => {
  const rig = answersEarly();
  const conn = rig.greet();
  feed(conn, upload(1));
  await turn();
  void rig.sessions.drain();
  await turn();
  expect([resets(conn), conn.ended]).toEqual([[[1, CODE.none]], true]);
});

test("words that it was asked for are no flood", async () => {
  const conn = answersEarly("").greet();
  for (let stream = 1; stream < 2 * 11_000 && !conn.destroyed; stream += 2) {
    conn.frames.length = 0;
    feed(conn, upload(stream));
    await turn();
    feed(conn, acknowledge(conn));
  }
  expect([conn.destroyed, goodbyes(conn)]).toEqual([false, []]);
});
