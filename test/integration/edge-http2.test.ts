// HTTP/2 in front of the edge and behind it, on loopback, straight and across the backhaul.
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startEchoMachine, type TestMachine } from "../support/raw-machine.ts";
import { sendRaw } from "../support/raw-http.ts";
import { ENTRIES } from "../support/relay-suite.ts";

let plain: TestMachine;
let app: http2.Http2Server;
let edge: EdgeRig;
const clients: http2.ClientHttp2Session[] = [];

/** An app that speaks HTTP/2 alone: a gRPC-like echo with trailers, a stream, and a length. */
function serve(stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders): void {
  stream.on("error", () => undefined);
  switch (headers[":path"]) {
    case "/echo.Service/Both": {
      stream.respond(
        { ":status": 200, "content-type": "application/grpc", "x-te": headers.te ?? "none" },
        {
          waitForTrailers: true,
        },
      );
      let bytes = 0;
      stream.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        stream.write(chunk);
      });
      stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0", "grpc-message": String(bytes) }));
      stream.on("end", () => void stream.end());
      return;
    }
    case "/only-trailers":
      stream.respond({ ":status": 200, "content-type": "application/grpc", "grpc-status": "12" }, { endStream: true });
      return;
    case "/request-trailers":
      stream.on("trailers", (trailers) => {
        stream.respond({ ":status": 200, "content-length": 5 });
        stream.end(String(trailers["x-sum"]).padEnd(5));
      });
      stream.resume();
      return;
    case "/reset":
      stream.respond({ ":status": 200 }, { waitForTrailers: true });
      stream.write("half", () => stream.close(http2.constants.NGHTTP2_INTERNAL_ERROR));
      return;
    default:
      stream.additionalHeaders({ ":status": 103, link: "</a.css>; rel=preload" });
      stream.respond({ ":status": 200, "set-cookie": ["a=1", "b=2"] });
      stream.end(JSON.stringify(headers));
  }
}

beforeAll(async () => {
  plain = await startEchoMachine("127.0.3.2");
  app = http2.createServer();
  app.on("stream", serve);
  app.listen(0, "127.0.3.3");
  await once(app, "listening");
  edge = await startEdgeRig();
  await edge.apply(
    worldOf(
      1,
      ["ams", "iad"],
      [
        worldMachine({ id: "m1", region: "ams", address4: plain.host, port: plain.port }),
        worldMachine({
          ...{ id: "m2", app: "grpc", region: "ams", address4: "127.0.3.3", h2Backend: true },
          port: (app.address() as AddressInfo).port,
        }),
      ],
    ),
  );
});
afterEach(() => {
  for (const session of clients.splice(0)) session.destroy();
});
afterAll(async () => {
  edge.stop();
  app.close();
  await plain.stop();
});

function client(host: string): http2.ClientHttp2Session {
  const place = {
    port: edge.securePort,
    host: "127.0.0.1",
    servername: host,
    ca: edge.authority,
    ALPNProtocols: ["h2"],
  };
  const session = http2.connect(`https://${host}:${edge.securePort}`, { createConnection: () => tls.connect(place) });
  session.on("error", () => undefined);
  clients.push(session);
  return session;
}

interface Got {
  readonly headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader;
  readonly trailers: http2.IncomingHttpHeaders | undefined;
  readonly interim: http2.IncomingHttpHeaders[];
  readonly body: Buffer;
  readonly code: number;
}

function send(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  write: (stream: http2.ClientHttp2Stream) => void = (stream) => void stream.end(),
  options: http2.ClientSessionRequestOptions = {},
): Promise<Got> {
  return new Promise((resolve) => {
    const stream = session.request(headers, { endStream: false, ...options });
    const chunks: Buffer[] = [];
    const got = {
      headers: {} as Got["headers"],
      trailers: undefined as Got["trailers"],
      interim: [] as http2.IncomingHttpHeaders[],
    };
    stream.on("response", (fields) => (got.headers = fields));
    stream.on("headers", (fields) => got.interim.push(fields));
    stream.on("trailers", (fields) => (got.trailers = fields));
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", () => undefined);
    stream.once("close", () => resolve({ ...got, body: Buffer.concat(chunks), code: stream.rstCode }));
    write(stream);
  });
}

describe.each(ENTRIES)("HTTP/2 %s", (_name, region) => {
  test("PH-02: reaches an app that speaks HTTP/1.1", async () => {
    const session = client(`${region}.my-app.localhost`);
    const body = randomBytes(300_000);
    const [get, post] = await Promise.all([
      send(session, { ":path": "/a?b=1", cookie: ["a=1", "b=2"] }),
      send(session, { ":path": "/up", ":method": "POST" }, (stream) => void stream.end(body)),
    ]);
    expect(session.alpnProtocol).toBe("h2");
    expect(get.headers[":status"]).toBe(200);
    expect(JSON.parse(get.body.toString())).toMatchObject({
      ...{ method: "GET", url: "/a?b=1" },
      headers: { cookie: "a=1; b=2", "fly-forwarded-proto": "https", "fly-region": region },
    });
    expect(JSON.parse(post.body.toString())).toMatchObject({
      ...{ bytes: body.length, md5: createHash("md5").update(body).digest("hex") },
    });
  });

  test("carries a hundred requests at once without mixing them", async () => {
    const session = client(`${region}.my-app.localhost`);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => send(session, { ":path": `/${i}` })));
    expect(answers.map(({ body }) => (JSON.parse(body.toString()) as { url: string }).url)).toEqual(
      Array.from({ length: 100 }, (_, i) => `/${i}`),
    );
  });

  test("reaches an app that speaks HTTP/2 in the clear, with interim responses and repeated fields", async () => {
    const { headers, body, interim } = await send(client(`${region}.grpc.localhost`), { ":path": "/" });
    expect(headers).toMatchObject({ ":status": 200, "set-cookie": ["a=1", "b=2"] });
    expect(JSON.parse(body.toString())).toMatchObject({
      te: "trailers",
      ":authority": `${region}.grpc.localhost:${edge.securePort}`,
    });
    expect(interim).toMatchObject([{ ":status": 103, link: "</a.css>; rel=preload" }]);
  });

  test("streams both ways at once, and ends with the app's trailers", async () => {
    const session = client(`${region}.grpc.localhost`);
    const { headers, trailers, body } = await send(
      session,
      { ":path": "/echo.Service/Both", ":method": "POST", te: "trailers", "content-type": "application/grpc" },
      (stream) => {
        let turns = 0;
        stream.write("0");
        // Each answer is waited for before more is sent: nothing here may hold bytes back.
        stream.on("data", () => {
          turns += 1;
          if (turns < 20) stream.write(String(turns % 10));
          else stream.end();
        });
      },
    );
    expect(headers).toMatchObject({ ":status": 200, "content-type": "application/grpc", "x-te": "trailers" });
    expect(body.toString()).toBe("01234567890123456789");
    expect(trailers).toMatchObject({ "grpc-status": "0", "grpc-message": "20" });
  });

  test("passes an answer that is all trailers, and the request's own trailers", async () => {
    const session = client(`${region}.grpc.localhost`);
    const only = await send(session, { ":path": "/only-trailers" });
    expect(only.headers).toMatchObject({ ":status": 200, "grpc-status": "12" });
    const sum = await send(
      session,
      { ":path": "/request-trailers", ":method": "POST" },
      (stream) => {
        stream.once("wantTrailers", () => stream.sendTrailers({ "x-sum": "42" }));
        stream.end("body");
      },
      { waitForTrailers: true },
    );
    expect(sum.body.toString().trim()).toBe("42");
  });

  test("passes fields of HTTP/1.1 that make no sense twice, and those that every object has", async () => {
    const fields = "User-Agent: a\r\nUser-Agent: b\r\nConstructor: c\r\n__proto__: d\r\nX-Many: 1\r\nX-Many: 2\r\n";
    const request = `GET / HTTP/1.1\r\nHost: ${region}.grpc.localhost\r\n${fields}Connection: close\r\n\r\n`;
    const { text, statuses } = await sendRaw({ port: edge.port, pieces: [request] });
    expect(statuses).toEqual([103, 200]);
    const body = text.slice(text.lastIndexOf("{"), text.lastIndexOf("}") + 1);
    expect(Object.entries(JSON.parse(body) as object)).toEqual(
      expect.arrayContaining([
        ["constructor", "c"],
        ["__proto__", "d"],
        ["x-many", "1, 2"],
      ]),
    );
  });

  test("resets the stream when the app breaks off", async () => {
    const { code, body } = await send(client(`${region}.grpc.localhost`), { ":path": "/reset" });
    expect(body.toString()).toBe("half");
    expect(code).not.toBe(http2.constants.NGHTTP2_NO_ERROR);
  });
});

describe("HTTP/2 of hostile clients", () => {
  test.each([
    [
      "another host than the authority",
      { ":path": "/", ":authority": "ams.my-app.localhost", host: "other.localhost" },
    ],
    ["a target with a space", { ":path": "/a b" }],
    ["a target that is no path", { ":path": "a" }],
  ])("%s is refused", async (_name, headers) => {
    const session = client("ams.my-app.localhost");
    const before = plain.seen.length;
    const { headers: answered, code } = await send(session, headers);
    expect(answered[":status"] === 400 || code !== 0).toBe(true);
    expect(plain.seen.length).toBe(before);
  });

  test("streams that are opened only to be reset end the session", async () => {
    const session = client("ams.my-app.localhost");
    await once(session, "connect");
    const closed = new Promise((resolve) => void session.once("close", resolve));
    // Each is on the wire before it is reset.
    for (let i = 0; i < 2_000 && !session.destroyed && !session.closed; i += 1) {
      const stream = session.request({ ":path": "/" }).resume();
      stream.on("error", () => undefined);
      await new Promise((resolve) => void setImmediate(resolve));
      stream.close(http2.constants.NGHTTP2_CANCEL);
    }
    await closed;
    expect((await send(client("ams.my-app.localhost"), { ":path": "/after" })).headers[":status"]).toBe(200);
  });
});
