// Our side of HTTP/2 against Node.js' own client, without a network: what one writes, the other has to read.
import { createHash } from "node:crypto";
import http2 from "node:http2";
import { Duplex } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { STREAM_WINDOW } from "../../../../../src/emulator/edge/http2/request-body.ts";
import { answer, type AppRequest, type Http2Rig, http2Rig, type MemoryConn } from "../../../../support/http2-rig.ts";
import { createMessageSource } from "../../../../support/message-mutations.ts";

const HOST = "a.localhost";
const clients: http2.ClientHttp2Session[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

/** A client whose bytes come in pieces of these sizes. */
function connect(rig: Http2Rig, pieceBytes: number, settings: http2.Settings = {}): http2.ClientHttp2Session {
  const conn: MemoryConn = rig.open();
  const wire = new Duplex({
    read: () => undefined,
    write(bytes: Buffer, _encoding, taken) {
      for (let at = 0; at < bytes.length; at += pieceBytes)
        conn.listener.onData(bytes, at, Math.min(bytes.length, at + pieceBytes));
      taken();
    },
  });
  conn.taker = (bytes) => void wire.push(bytes);
  const client = http2.connect(`https://${HOST}`, { createConnection: () => wire, settings });
  client.on("error", () => undefined);
  clients.push(client);
  return client;
}

interface Got {
  readonly headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader;
  readonly interim: number[];
  readonly trailers: http2.IncomingHttpHeaders | undefined;
  readonly body: Buffer;
  readonly code: number;
}

function send(client: http2.ClientHttp2Session, headers: http2.OutgoingHttpHeaders, body?: Buffer): Promise<Got> {
  return new Promise((resolve) => {
    const stream = client.request(headers, { endStream: body === undefined });
    const chunks: Buffer[] = [];
    const got = { headers: {}, interim: [] as number[], trailers: undefined as Got["trailers"] };
    stream.on("headers", (fields) => got.interim.push(fields[":status"]!));
    stream.on("response", (fields) => (got.headers = fields));
    stream.on("trailers", (fields) => (got.trailers = fields));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => undefined);
    stream.once("close", () => resolve({ ...got, body: Buffer.concat(chunks), code: stream.rstCode }));
    if (body !== undefined) stream.end(body);
  });
}

const sum = (text: string | Buffer): string =>
  createHash("md5")
    .update(typeof text === "string" ? Buffer.from(text, "latin1") : text)
    .digest("hex");

/** Answers with what came, in pieces, as far as the client takes them. */
function echo(request: AppRequest): void {
  if (!request.isWhole) return;
  const { body, conn, text } = request;
  conn.writeText(
    `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nx-head: ${sum(text)}\r\nconnection: close\r\n\r\n`,
  );
  conn.writeText(body);
  conn.end();
}

test.each([1_000_000, 1_000, 7])("all bytes and many fields pass, in pieces of %i bytes", async (pieceBytes) => {
  const { below } = createMessageSource(pieceBytes);
  const texts: string[] = [];
  const rig = http2Rig((request) => {
    texts.push(request.text);
    echo(request);
  });
  const client = connect(rig, pieceBytes);
  for (let round = 0; round < 40; round += 1) {
    const fields: Record<string, string> = {};
    for (let count = below(20); count > 0; count -= 1) {
      const letters = Array.from({ length: below(200) }, () => String.fromCharCode(0x21 + below(94)));
      fields[`x-${below(30)}`] = letters.join("");
    }
    const { headers } = await send(client, { ":path": `/${round}`, ":authority": HOST, ...fields });
    expect(headers[":status"]).toBe(200);
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    const expected = `GET /${round} HTTP/1.1\r\nhost: ${HOST}\r\n${lines.join("")}connection: close\r\n\r\n`;
    expect(texts.at(-1)).toBe(expected);
  }
});

test.each([
  ["wide windows", {}, 1_000_000],
  ["narrow windows", { initialWindowSize: 1_000 }, 500],
])("uploads and downloads at once arrive whole, with %s", async (_name, settings, pieceBytes) => {
  const rig = http2Rig(echo);
  const client = connect(rig, pieceBytes, settings);
  const { below } = createMessageSource(5);
  const bodies = Array.from({ length: 60 }, () => Buffer.from(Array.from({ length: below(60_000) }, () => below(256))));
  const answers = await Promise.all(
    bodies.map((body, index) =>
      send(
        client,
        { ":path": `/${index}`, ":method": "POST", ...(index % 2 === 0 ? {} : { "content-length": body.length }) },
        body,
      ),
    ),
  );
  expect(answers.map(({ body }) => sum(body))).toEqual(bodies.map(sum));
  expect(answers.every(({ code }) => code === 0)).toBe(true);
});

test("an answer that comes before the upload is whole is seen each time, and the stream is closed", async () => {
  const body = "no".repeat(20_000);
  const answered = new Set<AppRequest>();
  const rig = http2Rig((request) => {
    if (answered.has(request)) return;
    answered.add(request);
    answer(body)(request);
  });
  const client = connect(rig, 1_000_000);
  // More than the window. What is beyond stays in the client's account of 10 MB.
  const upload = Buffer.alloc(STREAM_WINDOW + 50_000);
  for (let round = 0; round < 100; round += 1) {
    const got = await send(client, { ":path": "/", ":method": "POST" }, upload);
    expect([got.headers[":status"], got.body.toString(), got.code]).toEqual([200, body, 0]);
  }
});

test("interim answers, trailers, and fields said twice come as they are; those of one connection do not", async () => {
  const rig = http2Rig(({ conn }) => {
    conn.writeText("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a.css>\r\n\r\n");
    conn.writeText("HTTP/1.1 299 Own\r\nTransfer-Encoding: chunked\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n");
    conn.writeText(
      "keep-alive: timeout=5\r\nX-Upper_Name: Kept\r\nconnection: close\r\n\r\n5\r\nhello\r\n0\r\nGrpc-Status: 0\r\n\r\n",
    );
    conn.end();
  });
  const { headers, interim, trailers, body } = await send(connect(rig, 1_000_000), { ":path": "/" });
  expect(interim).toEqual([100, 103]);
  expect(headers).toMatchObject({ ":status": 299, "set-cookie": ["a=1", "b=2"], "x-upper_name": "Kept" });
  expect(Object.keys(headers)).not.toContain("keep-alive");
  expect(body.toString()).toBe("hello");
  expect(trailers).toMatchObject({ "grpc-status": "0" });
});

test("a head of 60 KB comes in several frames", async () => {
  const fields = Array.from({ length: 60 }, (_, index) => `x-${index}: ${String(index % 10).repeat(1_000)}\r\n`);
  const rig = http2Rig(({ conn }) => {
    conn.writeText(`HTTP/1.1 200 OK\r\n${fields.join("")}content-length: 0\r\nconnection: close\r\n\r\n`);
    conn.end();
  });
  const { headers, code } = await send(connect(rig, 1_000_000, { maxHeaderListSize: 100_000 }), { ":path": "/" });
  expect(code).toBe(0);
  expect(headers["x-59"]).toBe("9".repeat(1_000));
});
