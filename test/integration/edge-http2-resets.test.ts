// Sessions of HTTP/2 whose streams are given up in the middle. A client that gives up much of what it asked for has to open
// another one. Towards apps, Node.js goes on counting what such a stream had not sent, and in the end it refuses every request
// of that session: the edge takes another one before.
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Conn } from "../../src/emulator/edge/http1/conn.ts";
import { createH2cConnector } from "../../src/emulator/edge/http2/h2c-connector.ts";
import { systemTimer, waitUntil } from "../../src/platform/clock.ts";
import { startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startEchoMachine } from "../support/raw-machine.ts";
import { endOf, type Fields, FRAME, frame, openHttp2, request, SETTING, word } from "../support/raw-http2.ts";

const CANCEL = 8;
/** As many as the guard against streams that are opened only to be reset lets pass at once. */
const MOST_DOWNLOADS = 190;
/** More than enough: each leaves nearly all of itself. */
const MOST_UPLOADS = 20;
const BIG = Buffer.alloc(2_000_000, "q");
const DEADLINE_MS = 20_000;
const WAITING = { what: "the app", deadlineMs: DEADLINE_MS, intervalMs: 5 };

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of undo.splice(0).toReversed()) await end();
});

const fields = (method: string, path: string): Fields => [
  [":method", method],
  [":scheme", "https"],
  [":path", path],
  [":authority", "ams.my-app.localhost"],
];

test("a client that gives up many downloads is asked for another session, and loses no request by that", async () => {
  const machine = await startEchoMachine("127.0.3.5", ({ url }, response) => {
    if (url === "/big") response.end(BIG);
    return url === "/big";
  });
  undo.push(machine.stop);
  const edge = await startEdgeRig();
  undo.push(edge.stop);
  const serving = worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port });
  await edge.apply(worldOf(1, ["ams"], [serving]));
  // Without a window, the head of each answer comes and its body stays.
  const own = await openHttp2({
    ...{ port: edge.securePort, servername: "ams.my-app.localhost", authority: edge.authority },
    settings: { [SETTING.initialWindowSize]: 0 },
  });
  undo.push(() => own.socket.destroy());

  const isAsked = (): boolean => own.frames.some(({ type }) => type === FRAME.goaway);
  const others: number[] = [];
  for (let stream = 1; others.length < MOST_DOWNLOADS && !isAsked(); stream += 4) {
    // The second is on its way when the goodbye is said.
    own.send(request(stream, fields("GET", "/big")), request(stream + 2, fields("HEAD", "/")));
    others.push(stream + 2);
    await own.until((frames) => frames.some((one) => one.stream === stream && one.type === FRAME.headers));
    own.send(frame(FRAME.reset, 0, stream, word(CANCEL)));
  }
  expect(isAsked()).toBe(true);
  await own.until(() => false);
  const answered = { status: 200, body: "", reset: false };
  expect(others.map((stream) => endOf(own, stream))).toEqual(others.map(() => answered));
});

test("an app at which many uploads are given up gets another session, and what is under way in the first one ends in peace", async () => {
  const sessions = new Set<unknown>();
  let waiting = 0;
  const app = http2.createServer();
  app.on("stream", (stream: http2.ServerHttp2Stream, headers) => {
    sessions.add(stream.session);
    stream.on("error", () => undefined);
    if (headers[":path"] === "/taken") {
      stream.resume().once("end", () => {
        if (stream.destroyed) return;
        stream.respond({ ":status": 204 });
        stream.end();
      });
      return;
    }
    waiting += 1;
    stream.once("close", () => (waiting -= 1));
  });
  app.listen(0, "127.0.3.6");
  await once(app, "listening");
  undo.push(() => app.close());
  const connector = createH2cConnector(systemTimer);
  undo.push(() => connector.close());
  const endpoint = { host: "127.0.3.6", port: (app.address() as AddressInfo).port, localAddress: "127.0.0.1" };

  const begin = async (path: string): Promise<{ readonly conn: Conn; readonly answer: () => string | undefined }> => {
    let answer: string | undefined;
    const conn = await new Promise<Conn>((opened, failed) => {
      const onData = (bytes: Buffer, start: number): void =>
        void (answer ??= bytes.toString("latin1", start, start + 12));
      const [onEnd, onDrain, onClose] = [(): void => undefined, (): void => undefined, (): void => undefined];
      connector.connect(endpoint, DEADLINE_MS, { onData, onEnd, onDrain, onClose }, { opened, failed });
    });
    conn.writeText(`POST ${path} HTTP/1.1\r\nhost: app\r\ncontent-length: ${BIG.length}\r\n\r\n`);
    return { conn, answer: () => answer };
  };
  const long = await begin("/taken");
  for (let count = 0; sessions.size < 2 && count < MOST_UPLOADS; count += 1) {
    const { conn } = await begin("/left");
    conn.writeBytes(BIG, 0, BIG.length);
    await waitUntil(() => (waiting > 0 ? true : undefined), WAITING);
    conn.destroy();
    await waitUntil(() => (waiting === 0 ? true : undefined), WAITING);
  }
  expect(sessions.size).toBe(2);
  long.conn.writeBytes(BIG, 0, BIG.length);
  expect(await waitUntil(long.answer, WAITING)).toBe("HTTP/1.1 204");
});
