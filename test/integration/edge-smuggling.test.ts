// Messages that two programs could read in two ways never get through the edge: requests are refused and what follows
// them on the connection reaches no machine; responses become a 502, or an abort where the client has part of one.
import type net from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { BAD_RESPONSES } from "../support/bad-responses.ts";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { type Received, startEchoMachine, startRawMachine, type TestMachine } from "../support/raw-machine.ts";
import { responses, sendRaw } from "../support/raw-http.ts";

const HOST = "ams.my-app.localhost";
const post = (fields: string, body = ""): string => `POST /s HTTP/1.1\r\nHost: ${HOST}\r\n${fields}\r\n${body}`;
const get = (fields: string): string => `GET / HTTP/1.1\r\nHost: ${HOST}\r\n${fields}\r\n`;
const chunked = (body: string): string => post("Transfer-Encoding: chunked\r\n", body);

const REQUESTS: Readonly<Record<string, string>> = {
  "a length before chunked": post("Content-Length: 6\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\nG"),
  "a length after chunked": post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "5c\r\nGPOST"),
  "two codings": post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"),
  "chunked twice": post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  "an unknown coding": post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"),
  "a list of codings": post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"),
  "an empty coding": post("Transfer-Encoding:\r\n", "0\r\n\r\n"),
  "a space before the colon": post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"),
  "a space before the colon of a length": post("Content-Length : 3\r\n", "abc"),
  "a tab before the colon of a length": post("Content-Length\t: 3\r\n", "abc"),
  "a field without a colon": post("Transfer-Encoding\r\n", "0\r\n\r\n"),
  "a vertical tab before the coding": post("Transfer-Encoding:\x0bchunked\r\n", "0\r\n\r\n"),
  "a form feed behind the coding": post("Transfer-Encoding: chunked\x0c\r\n", "0\r\n\r\n"),
  "a tab behind the coding": post("Transfer-Encoding: chunked\t\r\n", "0\r\n\r\n"),
  "a folded coding": post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"),
  "a folded field": post("A: b\r\n Content-Length: 3\r\n", "abc"),
  "a field folded with a tab": post("A: b\r\n\tTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  "a folded field without a first line": post("\tTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  "a field that begins with a space": post(" Transfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  "a bare line feed in the head": post("Foo: bar\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  "a bare carriage return in a value": post("Foo: bar\rTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
  "lines ended by carriage returns": `GET / HTTP/1.1\rHost: ${HOST}\r\r`,
  "a head ended by line feeds": `GET / HTTP/1.1\r\nHost: ${HOST}\n\n`,
  "a head ended by CR CR LF": `GET / HTTP/1.1\r\nHost: ${HOST}\r\n\r\r\n`,
  "NUL in a value": post("Foo: a\0b\r\n"),
  "a control character in a value": post("Foo: a\x01b\r\n"),
  "NUL in a name": post("Fo\0o: b\r\n"),
  "a control character in a name": post("Fo\x01o: b\r\n"),
  "a length twice": post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
  "two lengths": post("Content-Length: 3\r\nContent-Length: 5\r\n", "abc"),
  "a list of lengths": post("Content-Length: 3, 3\r\n", "abc"),
  "a length with a plus": post("Content-Length: +3\r\n", "abc"),
  "a negative length": post("Content-Length: -1\r\n", "abc"),
  "a hexadecimal length": post("Content-Length: 0x3\r\n", "abc"),
  "a length with an exponent": post("Content-Length: 1e1\r\n", "abc"),
  "an empty length": post("Content-Length:\r\n", "abc"),
  "a length with a digit of another script": post("Content-Length: \xb3\r\n", "abc"),
  "a length with a space inside": post("Content-Length: 3 3\r\n", "abc"),
  "a length beyond exact numbers": post("Content-Length: 99999999999999999999\r\n", "abc"),
  "no host": "GET / HTTP/1.1\r\n\r\n",
  "an empty host": "GET / HTTP/1.1\r\nHost:\r\n\r\n",
  "two hosts": get("Host: b\r\n"),
  "a host with a path": "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
  "a host with a user": "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n",
  "a list of hosts": "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n",
  "a request line ended by a line feed": `GET / HTTP/1.1\nHost: ${HOST}\r\n\r\n`,
  "HTTP/1.2": `GET / HTTP/1.2\r\nHost: ${HOST}\r\n\r\n`,
  "HTTP/2.0": `GET / HTTP/2.0\r\nHost: ${HOST}\r\n\r\n`,
  "HTTP/0.9": "GET /\r\n\r\n",
  "lower-case http": `GET / http/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "a space in the target": `GET /a b HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "two spaces": `GET  / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "a control character in the target": `GET /a\x01 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "an absolute target of another authority": `GET http://other/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "an absolute target with a user": `GET http://a@${HOST}/ HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "a target that is no path": `GET a/b HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "a star that is not for OPTIONS": `GET * HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "a target in authority form": `CONNECT ${HOST}:80 HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "CONNECT with a path": `CONNECT / HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "an empty name": get(": x\r\n"),
  "a separator in a name": get("a(b: x\r\n"),
  "chunked in HTTP/1.0": `POST / HTTP/1.0\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  "Connection nominating Host": get("Connection: host\r\n"),
  "Connection nominating Content-Length": post("Connection: close, Content-Length\r\nContent-Length: 3\r\n", "abc"),
  "Connection nominating without end": get(`Connection: ${Array.from({ length: 100 }, (_, i) => `x-${i}`).join()}\r\n`),
  "Connection nominating Transfer-Encoding": post(
    "Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n",
    "0\r\n\r\n",
  ),
  "an unknown expectation": post("Expect: 200-ok\r\n"),
  "a chunk size with a prefix": chunked("0x5\r\nhello\r\n0\r\n\r\n"),
  "a negative chunk size": chunked("-5\r\nhello\r\n0\r\n\r\n"),
  "a chunk size with a space": chunked("5 \r\nhello\r\n0\r\n\r\n"),
  "an empty chunk size": chunked("\r\nhello\r\n0\r\n\r\n"),
  "a chunk size of many digits": chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"),
  "a chunk line ended by a line feed": chunked("5\nhello\r\n0\r\n\r\n"),
  "a line feed in a chunk extension": chunked("5;a\nb\r\nhello\r\n0\r\n\r\n"),
  "a bare carriage return in a chunk extension": chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"),
  "NUL in a chunk extension": chunked("5;a\0\r\nhello\r\n0\r\n\r\n"),
  "a space before a chunk extension": chunked("5 ;a\r\nhello\r\n0\r\n\r\n"),
  "a chunk size with a plus": chunked("+5\r\nhello\r\n0\r\n\r\n"),
  "data ended by a line feed": chunked("5\r\nhello\n0\r\n\r\n"),
  "data ended by a carriage return": chunked("5\r\nhello\r0\r\n\r\n"),
  "a body ended by line feeds": chunked("5\r\nhello\r\n0\n\n"),
  "a bare line feed in the trailer": chunked("0\r\nA: b\nC: d\r\n\r\n"),
  "NUL in the trailer": chunked("0\r\nA: b\0\r\n\r\n"),
  "a space before a colon in the trailer": chunked("0\r\nA : b\r\n\r\n"),
  "transfer-encoding in the trailer": chunked("0\r\nTransfer-Encoding: chunked\r\n\r\n"),
  "an oversized chunk extension": chunked(`5;${"a".repeat(300)}\r\nhello\r\n0\r\n\r\n`),
  "data that overruns its chunk": chunked("5\r\nhelloXX0\r\n\r\n"),
  "a length in the trailer": chunked("0\r\nContent-Length: 3\r\n\r\n"),
  "a host in the trailer": chunked("0\r\nHost: b\r\n\r\n"),
  "a platform field in the trailer": chunked("0\r\nfly_client_ip: 6.6.6.6\r\n\r\n"),
  "a folded trailer": chunked("0\r\nA: b\r\n c\r\n\r\n"),
  "an oversized trailer": chunked(`0\r\nA: ${"x".repeat(9_000)}\r\n\r\n`),
  "an oversized head": get(`A: ${"x".repeat(40_000)}\r\n`),
  "an oversized target": `GET /${"x".repeat(20_000)} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`,
  "too many fields": get("A: b\r\n".repeat(200)),
};

let machine: TestMachine;
let edge: EdgeRig;

beforeAll(async () => {
  machine = await startEchoMachine("127.0.1.2");
  edge = await startEdgeRig();
});

afterAll(async () => {
  edge.stop();
  await machine.stop();
});

describe("request smuggling", () => {
  beforeEach(() =>
    edge.apply(
      worldOf(1, ["ams"], [worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port })]),
    ),
  );

  test.each(Object.entries(REQUESTS))("%s is refused, and what follows with it", async (_name, request) => {
    machine.seen.length = 0;
    const followed = `${request}GET /smuggled HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`;
    for (const pieces of [[followed], [request, followed.slice(request.length)]]) {
      const { statuses, ended } = await sendRaw({ port: edge.port, pieces });
      expect(statuses).toHaveLength(1);
      expect(statuses[0]).toBeGreaterThanOrEqual(400);
      expect(ended).not.toBe("not in time");
    }
    expect(machine.seen.join()).not.toContain("smuggled");
  });

  const ask = async (request: string, count = 1) => {
    const { text, statuses } = await sendRaw({ port: edge.port, pieces: [request], until: responses(count) });
    return {
      text,
      statuses,
      first: JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4).split("HTTP/1.1")[0]!) as Received,
    };
  };

  test.each([
    ["Transfer_Encoding: chunked", "transfer_encoding"],
    ["Content_Length: 5", "content_length"],
    ["X_Forwarded_For: 6.6.6.6", "x_forwarded_for"],
    ["Fly_Client_Ip: 6.6.6.6", "fly_client_ip"],
  ])("%s is not passed on, and frames nothing", async (field, name) => {
    const { first, statuses } = await ask(post(`${field}\r\n`) + get(""), 2);
    expect(statuses).toEqual([200, 200]);
    expect(first).toMatchObject({ method: "POST", bytes: 0 });
    expect(first.headers).not.toHaveProperty(name);
  });

  test("Connection cannot take away what the platform says", async () => {
    const nominated =
      "Connection: fly-client-ip, x-forwarded-for, fly-region, via, hangar-backhaul, x-mine\r\nX-Mine: 1\r\n";
    const { first } = await ask(get(nominated));
    expect(first.headers).toMatchObject({ "fly-client-ip": "127.0.0.1", "fly-region": "ams", via: "1.1 fly.io" });
    expect(first.headers["x-forwarded-for"]).toMatch(/^127\.0\.0\.1, /);
    expect(first.headers).not.toHaveProperty("x-mine");
  });

  test("a request to change protocols that has a body is an ordinary one", async () => {
    const { first, statuses } = await ask(
      post("Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: 5\r\n", "hello"),
    );
    expect(statuses).toEqual([200]);
    expect(first).toMatchObject({ bytes: 5 });
    expect(first.headers).not.toHaveProperty("upgrade");
  });

  test("there is no tunnel before a machine has agreed: what comes behind the request is the next one", async () => {
    const raw = await startRawMachine("127.0.1.4", () => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
    try {
      const machines = [worldMachine({ id: "m4", app: "raw", region: "ams", address4: raw.host, port: raw.port })];
      await edge.apply(worldOf(2, ["ams"], machines));
      const host = "Host: ams.raw.localhost\r\n";
      const upgrade = `GET /ws HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`;
      const pieces = [`${upgrade}GET /next HTTP/1.1\r\n${host}\r\n`];
      expect((await sendRaw({ port: edge.port, pieces, until: responses(2) })).statuses).toEqual([200, 200]);
      expect(raw.seen).toEqual(["GET /ws", "GET /next"]);
    } finally {
      await raw.stop();
    }
  });

  test("the edge goes on serving afterwards", async () => {
    const { statuses } = await sendRaw({ port: edge.port, pieces: [get("")], until: responses(1) });
    expect(statuses).toEqual([200]);
  });
});

describe.each(["ams", "iad"])("bad responses, entered in %s", (region) => {
  let bad: TestMachine | undefined;

  afterEach(async () => {
    await bad?.stop();
  });

  const serve = async (answer: Parameters<typeof startRawMachine>[1]): Promise<void> => {
    bad = await startRawMachine("127.0.1.3", answer);
    await edge.apply(
      worldOf(2, ["ams", "iad"], [worldMachine({ id: "m2", region: "ams", address4: bad.host, port: bad.port })]),
    );
  };
  const ask = (method = "GET", until: (received: string) => boolean = () => false) =>
    sendRaw({
      port: edge.port,
      until,
      pieces: [`${method} / HTTP/1.1\r\nHost: ${region}.my-app.localhost\r\nConnection: close\r\n\r\n`],
    });

  test.each(Object.entries(BAD_RESPONSES))("%s", async (_name, { bytes, method, expected }) => {
    await serve(() => bytes);
    const { text, ended } = await ask(method);
    expect(text).not.toContain("EVIL");
    expect(ended).toBe(expected === "aborted" ? "by a reset" : "cleanly");
    if (expected === "502") expect(text).toMatch(/(^|\r\n\r\n)HTTP\/1\.1 502 [\s\S]*fly-request-id/);
    // Nothing of it is left for the next client.
    const next = await ask(method);
    expect(next.text).not.toContain("EVIL");
  });

  test.each([
    ["a short body", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"],
    ["a chunked body without its end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"],
  ])("%s is an abort for the client, never a clean end", async (_name, bytes) => {
    await serve((_line, socket) => void socket.end(bytes));
    const { ended } = await ask();
    expect(ended).toBe("by a reset");
  });

  test("a chunk that breaks in the middle of a body is an abort", async () => {
    let socket: net.Socket | undefined;
    await serve((_line, accepted) => {
      socket = accepted;
      return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n";
    });
    const { text, ended } = await ask("GET", (received) => {
      if (received.includes("abc")) socket?.write("zz\r\n");
      return false;
    });
    expect(text).toMatch(/^HTTP\/1\.1 200/);
    expect(ended).toBe("by a reset");
  });

  test("a machine that closes without an answer gives 502", async () => {
    await serve((_line, socket) => void socket.end());
    const { statuses } = await ask();
    expect(statuses).toEqual([502]);
  });

  test("bytes on a connection that waits are thrown away with it", async () => {
    await serve((line, socket) => {
      setImmediate(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"));
      return `HTTP/1.1 200 OK\r\nContent-Length: ${line.length}\r\n\r\n${line}`;
    });
    for (let round = 0; round < 5; round += 1) {
      const { text } = await ask();
      expect(text).not.toContain("EVIL");
    }
  });
});

describe("backhaul port", () => {
  test("refuses whoever does not know the secret", async () => {
    await edge.apply(
      worldOf(
        3,
        ["ams", "iad"],
        [worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port })],
      ),
    );
    machine.seen.length = 0;
    const { backhaulPort } = edge;
    const attempt = `GET / HTTP/1.1\r\nhangar-backhaul: guessed ${machine.host} ${machine.port} new\r\nHost: ${HOST}\r\n\r\n`;
    const { text, ended } = await sendRaw({ port: backhaulPort, host: "127.0.1.253", pieces: [attempt] });
    expect({ text, ended }).toEqual({ text: "", ended: "by a reset" });
    expect(machine.seen).toEqual([]);
  });
});
