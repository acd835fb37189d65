// Bad answers where HTTP/2 is spoken: by clients, while the app speaks HTTP/1.1, and by the app, whose frames are written by
// hand here. Clients get a 502, or an abort where they have part of the answer; nothing of it is left for the next one.
import net from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BAD_RESPONSES } from "../support/bad-responses.ts";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { responses, sendRaw } from "../support/raw-http.ts";
import { startRawMachine, type TestMachine } from "../support/raw-machine.ts";
import {
  block,
  endOf,
  type Fields,
  FLAG,
  FRAME,
  frame,
  FrameReader,
  integer,
  openHttp2,
} from "../support/raw-http2.ts";
import { PREFACE, request, settings, type StreamEnd } from "../support/raw-http2.ts";

let edge: EdgeRig;
beforeAll(async () => {
  edge = await startEdgeRig();
});
afterAll(() => edge.stop());

const apply = (version: number, port: number, h2Backend: boolean): Promise<void> =>
  edge.apply(
    worldOf(
      version,
      ["ams", "iad"],
      [worldMachine({ id: `m${version}`, region: "ams", address4: "127.0.3.11", port, h2Backend })],
    ),
  );

describe.each(["ams", "iad"])("bad responses of HTTP/1.1 for clients of HTTP/2, entered in %s", (region) => {
  const host = `${region}.my-app.localhost`;
  let bad: TestMachine | undefined;
  afterEach(() => bad?.stop());

  const ask = async (method = "GET"): Promise<StreamEnd> => {
    const own = await openHttp2({ port: edge.securePort, servername: host, authority: edge.authority });
    own.send(
      request(1, [
        [":method", method],
        [":scheme", "https"],
        [":path", "/"],
        [":authority", host],
      ]),
    );
    await own.until(() => endOf(own, 1) !== undefined);
    own.socket.destroy();
    return endOf(own, 1)!;
  };

  test.each(Object.entries(BAD_RESPONSES))("%s", async (_name, { bytes, method, expected }) => {
    bad = await startRawMachine("127.0.3.11", () => bytes);
    await apply(1, bad.port, false);
    for (const attempt of ["this client", "the next one"]) {
      const { status, body, reset } = await ask(method);
      expect(body, attempt).not.toContain("EVIL");
      expect(reset, attempt).toBe(expected === "aborted");
      if (expected === "502") expect(status, attempt).toBe(502);
    }
  });

  test("a status beyond 599 is one that HTTP/2 knows", async () => {
    bad = await startRawMachine("127.0.3.11", () => BAD_RESPONSES["a status beyond 599"]!.bytes);
    await apply(2, bad.port, false);
    expect(await ask()).toEqual({ status: 502, body: "ok", reset: false });
  });

  test.each([
    ["a short body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"],
    ["a chunked body without its end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])("%s is a reset, never an end", async (_name, bytes) => {
    bad = await startRawMachine("127.0.3.11", (_line, socket) => void socket.end(bytes));
    await apply(3, bad.port, false);
    expect(await ask()).toMatchObject({ reset: true });
  });
});

/** An app that shakes hands as HTTP/2 wants it, and answers each request with these bytes. */
async function startFrameApp(answer: (stream: number) => Buffer): Promise<{ port: number; stop(): void }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    const reader = new FrameReader();
    let preface = PREFACE.length;
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => {
      const skipped = Math.min(preface, bytes.length);
      preface -= skipped;
      for (const { type, flags, stream } of reader.read(bytes.subarray(skipped))) {
        if (type === FRAME.settings && (flags & FLAG.ack) === 0) {
          socket.write(settings());
          socket.write(frame(FRAME.settings, FLAG.ack, 0));
        }
        if (type === FRAME.headers) socket.write(answer(stream));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.3.11", resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const headers = (stream: number, fields: Fields, flags = 0): Buffer =>
  frame(FRAME.headers, FLAG.endHeaders | flags, stream, block(fields));
const data = (stream: number, text: string, flags: number = FLAG.endStream): Buffer =>
  frame(FRAME.data, flags, stream, text);
const OK: Fields = [[":status", "200"]];
const head =
  (...fields: Fields) =>
  (stream: number): Buffer =>
    headers(stream, fields, FLAG.endStream);
const whole =
  (fields: Fields, text: string, trailers?: Fields) =>
  (stream: number): Buffer =>
    trailers === undefined
      ? Buffer.concat([headers(stream, fields), data(stream, text)])
      : Buffer.concat([headers(stream, fields), data(stream, text, 0), headers(stream, trailers, FLAG.endStream)]);

/** Nothing of these is an answer. */
const BEFORE_AN_ANSWER: Readonly<Record<string, (stream: number) => Buffer>> = {
  "no status": head(["x", "1"]),
  "two statuses": head(...OK, ...OK),
  "a status of letters": head([":status", "abc"]),
  "a status of four digits": head([":status", "2000"]),
  "status 099": head([":status", "099"]),
  "a switch of protocols": head([":status", "101"]),
  "a status behind a field": head(["x", "1"], ...OK),
  "a pseudo field of requests": head(...OK, [":path", "/"]),
  "an upper-case name": head(...OK, ["X", "1"]),
  connection: head(...OK, ["connection", "close"]),
  "transfer-encoding": head(...OK, ["transfer-encoding", "chunked"]),
  "two lengths": head(...OK, ["content-length", "0"], ["content-length", "1"]),
  "a length with a plus": head(...OK, ["content-length", "+1"]),
  "a body before the head": (stream) => data(stream, "EVIL"),
  "a push": (stream) =>
    frame(FRAME.push, FLAG.endHeaders, stream, Buffer.concat([Buffer.from([0, 0, 0, 2]), block(OK)])),
  "interim responses without end": (stream) =>
    Buffer.concat(Array.from({ length: 50 }, () => headers(stream, [[":status", "103"]]))),
  "a head without end": (stream) =>
    Buffer.concat([
      frame(FRAME.headers, 0, stream, block(OK)),
      ...Array.from({ length: 500 }, (_, i) =>
        frame(FRAME.continuation, 0, stream, block([[`x-${i}`, "y".repeat(1_000)]])),
      ),
    ]),
  // One field of 4,000 bytes, said once and then by its number.
  "a head that unfolds to megabytes": (stream) =>
    frame(
      FRAME.headers,
      FLAG.endHeaders | FLAG.endStream,
      stream,
      Buffer.concat([
        block(OK),
        Buffer.from([0x40]),
        integer(1, 7),
        Buffer.from("x"),
        integer(4_000, 7),
        Buffer.alloc(4_000, "y"),
        Buffer.alloc(8_000, 0x80 | 62),
      ]),
    ),
};

/** Fields that are none. Node.js takes them out, and says nothing of them. */
const NO_FIELDS: Readonly<Record<string, (stream: number) => Buffer>> = {
  "a space in a name": head(...OK, ["x y", "1"]),
  "CR LF in a name": head(...OK, ["x\r\ny", "1"]),
  "CR LF in a value": head(...OK, ["x", "1\r\nset-cookie: EVIL"]),
  "NUL in a value": head(...OK, ["x", "1\0"]),
  "CR LF in the trailer": whole(OK, "hello", [["x", "1\r\nEVIL: 1"]]),
};

/** The beginning is an answer, the end is not. */
const AFTER_ITS_BEGINNING: Readonly<Record<string, (stream: number) => Buffer>> = {
  "less than the length": whole([...OK, ["content-length", "10"]], "hello"),
  "more than the length": whole([...OK, ["content-length", "3"]], "helEVIL"),
  "a pseudo field in the trailer": whole(OK, "hello", [[":status", "200"]]),
  "a length in the trailer": whole(OK, "hello", [["content-length", "5"]]),
  "an oversized trailer": whole(OK, "hello", [["x", "y".repeat(9_000)]]),
  "a second head": (stream) => Buffer.concat([headers(stream, OK), headers(stream, OK), data(stream, "EVIL")]),
};

describe.each(["ams", "iad"])("bad responses of HTTP/2 for clients of HTTP/1.1, entered in %s", (region) => {
  let app: Awaited<ReturnType<typeof startFrameApp>> | undefined;
  afterEach(() => app?.stop());

  const ask = (fields = "Connection: close\r\n") =>
    sendRaw({
      port: edge.port,
      pieces: [`GET / HTTP/1.1\r\nHost: ${region}.my-app.localhost\r\n${fields}\r\n`],
      ...(fields.includes("close") ? {} : { until: responses(1) }),
    });

  test.each(Object.entries(BEFORE_AN_ANSWER))("%s is a 502", async (_name, answer) => {
    app = await startFrameApp(answer);
    await apply(4, app.port, true);
    const { text, ended } = await ask();
    expect(text).not.toContain("EVIL");
    expect(text).toMatch(/(^|\r\n\r\n)HTTP\/1\.1 502 [\s\S]*fly-request-id/);
    expect(ended).toBe("cleanly");
  });

  test.each(Object.entries(NO_FIELDS))("%s goes no further", async (_name, answer) => {
    app = await startFrameApp(answer);
    await apply(4, app.port, true);
    const { text, statuses } = await ask();
    expect(text).not.toMatch(/EVIL|\nx|\ny/);
    expect(statuses).toHaveLength(1);
  });

  test.each(Object.entries(AFTER_ITS_BEGINNING))("%s is never a clean end", async (_name, answer) => {
    app = await startFrameApp(answer);
    await apply(5, app.port, true);
    const { text, statuses, ended } = await ask();
    expect(text).not.toContain("EVIL");
    expect(ended === "by a reset" || statuses[0] === 502).toBe(true);
  });

  test("fields that make no sense twice, and those that every object has, pass in both directions", async () => {
    const twice: Fields = [
      ["etag", "1"],
      ["etag", "2"],
      ["constructor", "c"],
      ["__proto__", "d"],
    ];
    app = await startFrameApp(whole([...OK, ...twice], "ok"));
    await apply(6, app.port, true);
    const { text } = await ask("User-Agent: a\r\nUser-Agent: b\r\nConstructor: c\r\n__proto__: d\r\n");
    expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\netag: 1\r\netag: 2\r\nconstructor: c\r\n__proto__: d\r\n/);
  });
});
