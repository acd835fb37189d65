// Bytes that no client would send: nothing throws, every request hears its end, and what a session keeps and sends is bounded.
import { expect, test } from "vitest";
import { HeaderList, HpackDecoder, MAX_LIST_BYTES } from "../../../../../src/emulator/edge/http2/hpack/decoder.ts";
import { type AppRequest, http2Rig, turn } from "../../../../support/http2-rig.ts";
import { createMessageSource } from "../../../../support/message-mutations.ts";
import { block, type Fields, FRAME, frame, PREFACE, request, settings, word } from "../../../../support/raw-http2.ts";

const BLOCKS = 30_000;
const SESSIONS = 3_000;
const MOST_FRAMES = 30;

const FIELDS: Fields = [
  [":method", "POST"],
  [":scheme", "https"],
  [":path", "/"],
  [":authority", "a.localhost"],
  ["cookie", "a=1"],
];
/** Blocks with indexes, with Huffman's code, with new sizes of the table, and with fields that are kept. */
const SEEDS: readonly Buffer[] = [
  block(FIELDS),
  Buffer.from("828684418cf1e3c2e5f23a6ba0ab90f4ff", "hex"),
  Buffer.from("203fe11f400a637573746f6d2d6b65790d637573746f6d2d686561646572be7f00", "hex"),
  Buffer.from("488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff", "hex"),
];

type Below = (bound: number) => number;

/** Some bytes are others, some are gone, some are there twice. */
function damaged(bytes: Buffer, below: Below): Buffer {
  let result = Buffer.from(bytes);
  for (let count = below(4); count > 0 && result.length > 0; count -= 1) {
    const at = below(result.length);
    const to = Math.min(result.length, at + 1 + below(8));
    const way = below(3);
    if (way === 0) result[at] = below(256);
    else if (way === 1) result = Buffer.concat([result.subarray(0, at), result.subarray(to)]);
    else result = Buffer.concat([result.subarray(0, to), result.subarray(at)]);
  }
  return result;
}

test("blocks: the list is bounded, and so is what comes of each byte", () => {
  const { below } = createMessageSource(1);
  let [decoder, read, broken] = [new HpackDecoder(), 0, 0];
  const list = new HeaderList();
  for (let count = 0; count < BLOCKS; count += 1) {
    const bytes =
      below(4) === 0
        ? Buffer.from(Array.from({ length: below(60) }, () => below(256)))
        : damaged(SEEDS[below(SEEDS.length)]!, below);
    list.reset();
    if (decoder.decode(bytes, 0, bytes.length, list)) read += 1;
    else {
      broken += 1;
      decoder = new HpackDecoder();
    }
    expect(list.fields.length).toBeLessThanOrEqual(128);
    expect(list.fields.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(MAX_LIST_BYTES);
  }
  // Otherwise the damage is too great, or too small, to prove anything.
  expect(Math.min(read, broken)).toBeGreaterThan(BLOCKS / 20);
});

/** A frame as a client might send it, mostly. */
function anyFrame(below: Below): Buffer {
  const stream = below(8) === 0 ? below(12) : 2 * below(6) + 1;
  switch (below(24)) {
    case 0:
      return request(stream, FIELDS, below(2));
    case 1:
      return frame(FRAME.headers, below(64), stream, SEEDS[below(SEEDS.length)]);
    case 2:
      return frame(FRAME.data, below(16), stream, "x".repeat(below(3_000)));
    case 3:
      return frame(FRAME.reset, 0, stream, word(below(16)));
    case 4:
      return settings({ [below(9)]: below(2) === 0 ? below(100_000) : below(3) });
    case 5:
      return frame(FRAME.windowUpdate, 0, stream, word(below(100_000)));
    case 6:
      return frame(FRAME.continuation, below(8), stream, block(FIELDS.slice(below(5))));
    case 7:
      return frame(below(256), below(256), below(3), Buffer.alloc(below(40), below(256)));
    case 8:
      return frame(FRAME.ping, below(2), 0, "12345678");
    case 9:
    case 10:
      return frame(FRAME.windowUpdate, 0, 0, word(1 + below(100_000)));
    default:
      return frame(FRAME.data, 0, 2 * below(4) + 1, "x".repeat(1 + below(3_000)));
  }
}

/** Answers at once, later, in part, or never. */
function anyAnswer(below: Below): (asked: AppRequest) => void {
  return (asked) => {
    const { conn } = asked;
    const way = below(12);
    if (way === 0) {
      // Whoever aborts hears nothing more.
      asked.isAborted = true;
      conn.abort();
    }
    if (way === 1) conn.pause();
    if (way === 2) conn.resume();
    if (way === 3) conn.writeText("HTTP/1.1 100 Continue\r\n\r\n");
    if (way < 4 || way > 8) return;
    conn.writeText(`HTTP/1.1 200 OK\r\ncontent-length: ${way < 6 ? 100_000 : 5}\r\nconnection: close\r\n\r\nhello`);
    if (way === 5) conn.writeBytes(Buffer.alloc(99_995), 0, 99_995);
    if (way !== 4) conn.end();
  };
}

test("sessions: every request hears its end, once, and answers are no longer than they may be", async () => {
  const { below } = createMessageSource(2);
  let [requests, failed] = [0, 0];
  for (let count = 0; count < SESSIONS; count += 1) {
    const rig = http2Rig(anyAnswer(below));
    const conn = rig.open();
    const frames = Array.from({ length: 1 + below(MOST_FRAMES) }, () => anyFrame(below));
    const first = [1, 3, 5, 7].map((stream) => request(stream, FIELDS, 0));
    const whole = Buffer.concat([PREFACE, settings(), ...first, ...frames]);
    const bytes = below(3) === 0 ? damaged(whole, below) : whole;
    for (let at = 0; at < bytes.length && !conn.destroyed;) {
      const to = Math.min(bytes.length, at + 1 + below(4_000));
      conn.listener.onData(bytes, at, to);
      at = to;
      if (below(10) === 0) conn.isPressed = !conn.isPressed;
      if (!conn.isPressed && below(4) === 0) conn.drain();
    }
    conn.drain();
    await turn();
    requests += rig.requests.length;
    if (conn.ended || conn.destroyed) failed += 1;
    // What an app has begun to answer may go on until the client is gone; then all is over.
    conn.listener.onClose();
    await turn();
    expect(rig.requests.filter(({ closed, isAborted }) => !closed && !isAborted)).toEqual([]);
    // The windows of a session, and a few bytes for each frame that came.
    expect(conn.bytes).toBeLessThan(12 * 101_000 + bytes.length * 4 + 1_000);
  }
  expect(requests).toBeGreaterThan(SESSIONS / 4);
  expect(failed).toBeGreaterThan(SESSIONS / 10);
  expect(failed).toBeLessThan(SESSIONS);
});
