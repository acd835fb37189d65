// Answers that a client does not take: how much of them a session keeps, and who waits for that.
import { expect, test } from "vitest";
import { type AppRequest, ended, feed, type Http2Rig, http2Rig } from "../../../../support/http2-rig.ts";
import { type MemoryConn, requestFields, turn } from "../../../../support/http2-rig.ts";
import { FRAME, frame, request, SETTING, settings, word } from "../../../../support/raw-http2.ts";

const MAX_UNSENT_BYTES = 4_194_304;
/** As much as one read from an app brings. */
const READ_BYTES = 65_536;
const STREAMS = 128;
const CANCEL = word(8);
const PART = "x".repeat(READ_BYTES);

interface Apps extends Http2Rig {
  readonly conn: MemoryConn;
  /** Apps that are read send until nobody takes it. @returns what they have sent */
  send(): number;
}

/** Apps that would send for ever, to a client that takes nothing. */
function endlessApps(): Apps {
  const rig = http2Rig(({ conn }) => void conn.writeText("HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n"));
  const conn = rig.greet({ [SETTING.initialWindowSize]: 0 });
  const ids = Array.from({ length: STREAMS }, (_, index) => 2 * index + 1);
  feed(conn, ...ids.map((id) => request(id, requestFields())));
  return {
    ...rig,
    conn,
    send: () => {
      let bytes = 0;
      for (const one of rig.requests)
        for (; !one.closed && !one.conn.isPressed; bytes += READ_BYTES) one.conn.writeText(PART);
      return bytes;
    },
  };
}
const waitsFor = ({ presses, drains }: AppRequest): boolean => presses > drains;

test("the apps of all streams wait when they are as much as may be", () => {
  const { requests, send } = endlessApps();
  const sent = send();
  expect(sent).toBeGreaterThan(MAX_UNSENT_BYTES);
  expect(sent).toBeLessThanOrEqual(MAX_UNSENT_BYTES + READ_BYTES);
  const idle = requests.filter(({ conn }) => !conn.hasUnsent);
  expect(idle.length).toBe(STREAMS - sent / READ_BYTES);
  expect(idle.every(waitsFor)).toBe(true);
});

test("streams that are opened then wait from the beginning", async () => {
  const { conn, requests, send } = endlessApps();
  send();
  feed(conn, frame(FRAME.reset, 0, 1, CANCEL), request(1_001, requestFields()));
  await turn();
  const { conn: late } = requests.at(-1)!;
  expect([late.isPressed, late.hasUnsent]).toEqual([true, false]);
});

test.each([
  ["takes half", (id: number) => frame(FRAME.windowUpdate, 0, id, word(READ_BYTES))],
  ["gives half of them up", (id: number) => frame(FRAME.reset, 0, id, CANCEL)],
])("all go on when the client %s", async (_name, piece) => {
  const { conn, requests, send } = endlessApps();
  const full = send() / READ_BYTES;
  feed(conn, frame(FRAME.windowUpdate, 0, 0, word(16 * MAX_UNSENT_BYTES)));
  const untouched = requests.slice(full);
  for (let index = 0; index < full / 2 - 1; index += 1) feed(conn, piece(2 * index + 1));
  await turn();
  expect(untouched.every(waitsFor)).toBe(true);
  feed(conn, piece(2 * full - 1), piece(2 * full - 3));
  await turn();
  expect(untouched.some(waitsFor)).toBe(false);
  // ... until it is too much again.
  expect(send()).toBeLessThanOrEqual(MAX_UNSENT_BYTES / 2 + 2 * READ_BYTES);
});

test("a client that takes everything later gets everything", async () => {
  const body = "0123456789".repeat(10_000);
  const rig = http2Rig(({ conn }) => {
    conn.writeText(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`);
    conn.end();
  });
  const conn = rig.greet({ [SETTING.initialWindowSize]: 0 });
  const ids = Array.from({ length: STREAMS }, (_, index) => 2 * index + 1);
  feed(conn, ...ids.map((id) => request(id, requestFields())));
  await turn();
  feed(
    conn,
    frame(FRAME.windowUpdate, 0, 0, word(1_000_000_000)),
    settings({ [SETTING.initialWindowSize]: 1_000_000 }),
  );
  await turn();
  feed(conn, request(2_001, requestFields()));
  await turn();
  for (const id of [...ids, 2_001]) expect(ended(conn, id)).toEqual({ status: 200, body, reset: false });
});
