// Sessions of HTTP/2 that ask for work and give it up, or for memory and do not use it: they end, or are bounded, and a
// well-behaved client beside them does not notice.
import type http from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { askOnce, beside } from "../support/bystander.ts";
import { type EdgeRig, type EdgeRigOptions, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startEchoMachine, type TestMachine } from "../support/raw-machine.ts";
import { block, endOf, type Fields, FLAG, FRAME, frame, integer, openHttp2 } from "../support/raw-http2.ts";
import { type RawHttp2, type RawHttp2Options, request, SETTING, word } from "../support/raw-http2.ts";

const HOST = "ams.my-app.localhost";
const fields = (path: string, method = "GET"): Fields => [
  [":method", method],
  [":scheme", "https"],
  [":path", path],
  [":authority", HOST],
];
const BIG = Buffer.alloc(20_000_000, "q");
const CANCEL = 8;
/** Enough for every limit to be reached, and sent within a second. */
const MANY = 5_000;

let machine: TestMachine;
let edge: EdgeRig;
const sessions: RawHttp2[] = [];
/** Answers to /big that the app is sending. */
const big: http.ServerResponse[] = [];

beforeEach(async () => {
  big.length = 0;
  machine = await startEchoMachine("127.0.3.13", (received, response) => {
    if (received.url !== "/big") return false;
    big.push(response.end(BIG));
    return true;
  });
});
afterEach(async () => {
  for (const { socket } of sessions.splice(0)) socket.destroy();
  edge.stop();
  await machine.stop();
});

async function start(options: EdgeRigOptions = {}): Promise<void> {
  edge = await startEdgeRig(options);
  const serving = worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port });
  await edge.apply(worldOf(1, ["ams"], [serving]));
}
async function open(more: Partial<RawHttp2Options> = {}): Promise<RawHttp2> {
  const own = await openHttp2({ port: edge.securePort, servername: HOST, authority: edge.authority, ...more });
  sessions.push(own);
  return own;
}
const ask = (): Promise<number> => askOnce(edge.port, HOST);
const closed = (own: RawHttp2): Promise<void> => own.until(() => false);
const flooded = (): number => machine.seen.filter((line) => line.endsWith("/flood")).length;

/** What each stream of the flood is. Odd numbers are clients'. */
const FLOODS: Readonly<Record<string, (stream: number) => Buffer>> = {
  "streams that are reset at once": (stream) =>
    Buffer.concat([request(stream, fields("/flood")), frame(FRAME.reset, 0, stream, word(CANCEL))]),
  "streams that we have to reset": (stream) =>
    Buffer.concat([request(stream, fields("/flood", "POST"), 0), frame(FRAME.windowUpdate, 0, stream, word(0))]),
  "more streams than are allowed": (stream) => request(stream, fields("/flood", "POST"), 0),
  "heads that are none": (stream) => request(stream, [...fields("/flood"), ["connection", "close"]]),
  "bodies of frames without bytes": (stream) =>
    stream === 1 ? request(1, fields("/flood", "POST"), 0) : frame(FRAME.data, 0, 1),
  "windows that overflow": (stream) =>
    Buffer.concat([
      request(stream, fields("/flood", "POST"), 0),
      frame(FRAME.windowUpdate, 0, stream, word(0x7fff_ffff)),
    ]),
};

describe("a session that floods", () => {
  test.each(Object.entries(FLOODS))("with %s is ended", async (_name, piece) => {
    await start();
    const own = await open();
    own.send(...Array.from({ length: MANY }, (_, index) => piece(2 * index + 1)));
    const { statuses } = await beside(ask, closed(own));
    expect([...statuses]).toEqual([200]);
    // The machine has hardly heard of it.
    expect(flooded()).toBeLessThan(MANY / 5);
    await waitUntil(() => (edge.dataPlane.load.ofMachine("m1") === 0 ? true : undefined), {
      ...{ what: "no request to be left", deadlineMs: 20_000, intervalMs: 5 },
    });
  });

  test.each([
    ["pings", frame(FRAME.ping, 0, 0, Buffer.alloc(8))],
    ["settings", frame(FRAME.settings, 0, 0)],
  ])("with %s whose answers it does not read is ended", async (_name, piece) => {
    await start();
    const own = await open();
    own.socket.pause();
    const batch = Buffer.concat(Array.from({ length: 10_000 }, () => piece));
    const flood = (async () => {
      for (let sent = 0; sent < 200 && !own.closed && !own.socket.destroyed; sent += 1)
        await new Promise((resolve) => void own.socket.write(batch, resolve));
      return own.socket.destroyed;
    })();
    const { statuses, result } = await beside(ask, flood);
    expect([...statuses]).toEqual([200]);
    expect(result).toBe(true);
  });

  test("with a head that does not end is ended", async () => {
    await start();
    const own = await open();
    own.send(frame(FRAME.headers, FLAG.endStream, 1, block(fields("/flood"))));
    for (let count = 0; count < 2_000; count += 1)
      own.send(frame(FRAME.continuation, 0, 1, block([[`x-${count}`, "y".repeat(1_000)]])));
    const { statuses } = await beside(ask, closed(own));
    expect([...statuses]).toEqual([200]);
    expect(flooded()).toBe(0);
  });

  test("with heads that unfold to megabytes gets no request through", async () => {
    await start();
    const own = await open();
    // A field of 4,000 bytes is said once and kept (RFC 7541 §6.2.1); then one byte stands for it, 12,000 times.
    const [name, value] = ["x", "y".repeat(4_000)];
    const kept = [Buffer.from([0x40]), integer(1, 7), Buffer.from(name), integer(value.length, 7), Buffer.from(value)];
    const bomb = Buffer.concat([block(fields("/flood")), ...kept, Buffer.alloc(12_000, 0x80 | 62)]);
    const isOver = (): boolean => endOf(own, 1) !== undefined;
    own.send(frame(FRAME.headers, FLAG.endHeaders | FLAG.endStream, 1, bomb));
    const { statuses } = await beside(ask, own.until(isOver));
    expect([...statuses]).toEqual([200]);
    expect(endOf(own, 1)?.status ?? 400).toBeGreaterThanOrEqual(400);
    expect(flooded()).toBe(0);
  });
});

describe("sessions that wait", () => {
  test("windows of no bytes: the answers wait in the app, and are given up", async () => {
    await start({ timeLimits: { exchangeIdleMs: 1_000 } });
    const own = await open({ settings: { [SETTING.initialWindowSize]: 0 } });
    const streams = Array.from({ length: 50 }, (_, index) => 2 * index + 1);
    own.send(...streams.map((stream) => request(stream, fields("/big"))));
    const { statuses } = await beside(
      ask,
      own.until(() => streams.every((stream) => endOf(own, stream) !== undefined)),
    );
    expect([...statuses]).toEqual([200]);
    expect(big).toHaveLength(50);
    expect(big.some(({ writableFinished }) => writableFinished)).toBe(false);
  });

  test("bodies of single bytes that never end are given up", async () => {
    await start({ timeLimits: { exchangeIdleMs: 1_000 } });
    const own = await open();
    own.send(
      request(1, fields("/flood", "POST"), 0),
      ...Array.from({ length: 20_000 }, () => frame(FRAME.data, 0, 1, "x")),
    );
    const { statuses } = await beside(
      ask,
      own.until(() => endOf(own, 1) !== undefined),
    );
    expect([...statuses]).toEqual([200]);
    expect(endOf(own, 1)).toMatchObject({ status: 408 });
  });

  test("those without streams make room for new ones, the longest idle first", async () => {
    await start({ maxConnections: 20 });
    for (let count = 0; count < 50; count += 1) await open();
    await waitUntil(() => (sessions.filter((own) => !own.closed).length <= 20 ? true : undefined), {
      ...{ what: "the others to be closed", deadlineMs: 20_000, intervalMs: 5 },
    });
    expect(sessions.slice(0, 30).every((own) => own.closed)).toBe(true);
    const last = sessions.at(-1)!;
    last.send(request(1, fields("/last")));
    await last.until(() => endOf(last, 1) !== undefined);
    expect(endOf(last, 1)).toMatchObject({ status: 200 });
  });
});
