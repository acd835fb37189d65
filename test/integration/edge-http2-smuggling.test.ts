// What HTTP/2 can say and HTTP/1.1 cannot, or says otherwise, never reaches a machine: it is refused before. The
// frames are written by hand, since clients refuse to send such things.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { type Received, startEchoMachine, type TestMachine } from "../support/raw-machine.ts";
import {
  block,
  endOf,
  type Fields,
  FLAG,
  FRAME,
  frame,
  openHttp2,
  type RawHttp2,
  request,
  type StreamEnd,
} from "../support/raw-http2.ts";

const HOST = "ams.my-app.localhost";
const METHOD = [":method", "POST"] as const;
const SCHEME = [":scheme", "https"] as const;
const PATH = [":path", "/refused"] as const;
const AUTHORITY = [":authority", HOST] as const;
const PSEUDO: Fields = [METHOD, SCHEME, PATH, AUTHORITY];
const SPLIT = "\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
const withPath = (path: string): Fields => [METHOD, SCHEME, [":path", path], AUTHORITY];
const withMethod = (method: string): Fields => [[":method", method], SCHEME, PATH, AUTHORITY];
const withAuthority = (authority: string): Fields => [METHOD, SCHEME, PATH, [":authority", authority]];
const withField = (name: string, value: string): Fields => [...PSEUDO, [name, value]];

/** Heads that are none. */
const HEADS: Readonly<Record<string, Fields>> = {
  "an upper-case name": withField("Transfer-Encoding", "chunked"),
  "transfer-encoding": withField("transfer-encoding", "chunked"),
  "transfer-encoding: identity": withField("transfer-encoding", "identity"),
  connection: withField("connection", "close"),
  "keep-alive": withField("keep-alive", "timeout=5"),
  "proxy-connection": withField("proxy-connection", "close"),
  upgrade: withField("upgrade", "websocket"),
  "te with a coding": withField("te", "trailers, chunked"),
  "an unknown expectation": withField("expect", "200-ok"),
  "a method twice": [METHOD, ...PSEUDO],
  "a path twice": [...PSEUDO, PATH],
  "an authority twice": [...PSEUDO, AUTHORITY],
  "a scheme twice": [...PSEUDO, SCHEME],
  "a pseudo field behind a field": [METHOD, SCHEME, PATH, ["x", "1"], AUTHORITY],
  "a pseudo field behind host": [METHOD, SCHEME, PATH, ["host", HOST], AUTHORITY],
  "an unknown pseudo field": [[":whatever", "1"], ...PSEUDO],
  "the pseudo field of responses": [[":status", "200"], ...PSEUDO],
  "a protocol without CONNECT": [[":protocol", "websocket"], ...PSEUDO],
  "no method": [SCHEME, PATH, AUTHORITY],
  "no path": [METHOD, SCHEME, AUTHORITY],
  "no scheme": [METHOD, PATH, AUTHORITY],
  "no authority and no host": [METHOD, SCHEME, PATH],
  "an empty method": withMethod(""),
  "a space in the method": withMethod("GET /smuggled HTTP/1.1"),
  "CR LF in the method": withMethod(`GET / HTTP/1.1${SPLIT}GET`),
  CONNECT: withMethod("CONNECT"),
  "CONNECT without path": [[":method", "CONNECT"], AUTHORITY],
  "an empty path": withPath(""),
  "a path without a slash": withPath("refused"),
  "a path that is a URL": withPath(`http://${HOST}/refused`),
  "a star that is not for OPTIONS": withPath("*"),
  "a space in the path": withPath("/refused HTTP/1.1"),
  "a tab in the path": withPath("/refused\tHTTP/1.1"),
  "CR LF in the path": withPath(`/ HTTP/1.1${SPLIT}`),
  "NUL in the path": withPath("/a\0b"),
  "a fragment in the path": withPath("/refused#a"),
  "a byte beyond ASCII in the path": withPath("/refused\xe9"),
  "an empty authority": withAuthority(""),
  "a space in the authority": withAuthority(`${HOST} b`),
  "CR LF in the authority": withAuthority(`${HOST}${SPLIT}`),
  "a user in the authority": withAuthority(`a@${HOST}`),
  "a path in the authority": withAuthority(`${HOST}/b`),
  "a list of authorities": withAuthority(`${HOST},b`),
  "another host than the authority": withField("host", "other.localhost"),
  "a host twice": [...PSEUDO, ["host", HOST], ["host", HOST]],
  "two hosts without authority": [METHOD, SCHEME, PATH, ["host", HOST], ["host", "other.localhost"]],
  "another scheme": [METHOD, [":scheme", "http"], PATH, AUTHORITY],
  "CR LF in the scheme": [METHOD, [":scheme", `https${SPLIT}`], PATH, AUTHORITY],
  "a length and no body": withField("content-length", "5"),
  "a length twice": [...PSEUDO, ["content-length", "0"], ["content-length", "0"]],
  "too many fields": [...PSEUDO, ...Array.from({ length: 200 }, (_, i) => [`x-${i}`, "1"] as const)],
  "an oversized head": [...PSEUDO, ["x", "x".repeat(14_000)], ["y", "y".repeat(14_000)], ["z", "z".repeat(14_000)]],
};

/** Fields that are none. They could be taken out of the head, too. */
const NO_FIELDS: Readonly<Record<string, Fields>> = {
  "CR LF in a value": withField("x", `a${SPLIT}`),
  "a bare line feed in a value": withField("x", "a\nhost: b"),
  "a bare carriage return in a value": withField("x", "a\rhost: b"),
  "NUL in a value": withField("x", "a\0b"),
  "a control character in a value": withField("x", "a\x01b"),
  "DEL in a value": withField("x", "a\x7fb"),
  "CR LF in a name": withField("x\r\nhost", "b"),
  "a line feed in a name": withField("x\nhost", "b"),
  "NUL in a name": withField("x\0", "b"),
  "a colon in a name": withField("transfer-encoding:chunked", "b"),
  "a space in a name": withField("transfer-encoding ", "chunked"),
  "a character beyond ASCII in a name": withField("x\xe9", "b"),
  "an empty name": withField("", "b"),
};

const BODY = { length: "5", data: "hello" } as const;
const post = (fields: Fields, ...frames: Buffer[]): Buffer => Buffer.concat([request(1, fields, 0), ...frames]);
const data = (text: string, ended = true): Buffer => frame(FRAME.data, ended ? FLAG.endStream : 0, 1, text);
const trailers = (fields: Fields, flags: number = FLAG.endStream): Buffer =>
  post(PSEUDO, data(BODY.data, false), frame(FRAME.headers, FLAG.endHeaders | flags, 1, block(fields)));

/** Requests whose heads are right. A machine may see them begin, and must not see them end. */
const BODIES: Readonly<Record<string, Buffer>> = {
  "less than the length": post(withField("content-length", "10"), data(BODY.data)),
  "more than the length": post(withField("content-length", BODY.length), data(`${BODY.data}${SPLIT}`)),
  "more than the length, in a frame of its own": post(
    withField("content-length", BODY.length),
    data(BODY.data, false),
    data(SPLIT),
  ),
  "a body where the length is 0": post(withField("content-length", "0"), data(SPLIT)),
  "a length with a plus": post(withField("content-length", "+5"), data(BODY.data)),
  "a negative length": post(withField("content-length", "-5"), data(BODY.data)),
  "a hexadecimal length": post(withField("content-length", "0x5"), data(BODY.data)),
  "an empty length": post(withField("content-length", ""), data(BODY.data)),
  "a list of lengths": post(withField("content-length", "5, 5"), data(BODY.data)),
  "a length beyond exact numbers": post(withField("content-length", "99999999999999999999"), data(BODY.data)),
  "two lengths": post([...PSEUDO, ["content-length", "5"], ["content-length", "6"]], data(BODY.data)),
  "a pseudo field in the trailer": trailers([[":path", "/smuggled"]]),
  "a length in the trailer": trailers([["content-length", "5"]]),
  "transfer-encoding in the trailer": trailers([["transfer-encoding", "chunked"]]),
  "connection in the trailer": trailers([["connection", "close"]]),
  "a host in the trailer": trailers([["host", "other.localhost"]]),
  "a platform field in the trailer": trailers([["fly-client-ip", "6.6.6.6"]]),
  "a twin of a platform field in the trailer": trailers([["fly_client_ip", "6.6.6.6"]]),
  "an upper-case name in the trailer": trailers([["X-A", "1"]]),
  "an oversized trailer": trailers([["x", "x".repeat(9_000)]]),
  "a second head that does not end the stream": trailers([["x", "1"]], 0),
};

/** As NO_FIELDS, in the trailer. */
const NO_TRAILERS: Readonly<Record<string, Buffer>> = {
  "CR LF in a value": trailers([["x", `1${SPLIT}`]]),
  "a colon in a name": trailers([["x:y", "1"]]),
};

let machine: TestMachine;
let edge: EdgeRig;
/** Requests that the machine has read to their end. */
let whole: string[] = [];
let connection: RawHttp2 | undefined;

beforeAll(async () => {
  machine = await startEchoMachine("127.0.3.9", (received) => {
    received.on("end", () => {
      if (received.complete) whole.push(`${received.method} ${received.url}`);
    });
    return false;
  });
  edge = await startEdgeRig();
  await edge.apply(
    worldOf(1, ["ams"], [worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port })]),
  );
});
afterEach(() => void connection?.socket.destroy());
afterAll(async () => {
  edge.stop();
  await machine.stop();
});

const open = async (): Promise<RawHttp2> => {
  connection = await openHttp2({ port: edge.securePort, servername: HOST, authority: edge.authority });
  return connection;
};
const ended = async (own: RawHttp2, stream: number): Promise<StreamEnd> => {
  await own.until(() => endOf(own, stream) !== undefined);
  return endOf(own, stream)!;
};
const isRefused = ({ status, reset }: StreamEnd): boolean => reset || (status !== undefined && status >= 400);

/** What the machine says that it received. */
const receivedOf = ({ status, body }: StreamEnd): Received => {
  expect(status).toBe(200);
  return JSON.parse(Buffer.from(body, "latin1").toString()) as Received;
};
/** The names of its fields, without those that the edge itself adds. */
const untold = ({ headers }: Received): string[] =>
  Object.keys(headers).filter((name) => !/^(fly-|x-|via$|connection$|transfer-encoding$)/.test(name));

/** A good request on a connection of its own is answered: by then whatever was let through would have been seen. */
async function serves(): Promise<void> {
  const own = await open();
  own.send(request(1, [[":method", "GET"], SCHEME, [":path", "/good"], AUTHORITY]));
  expect(await ended(own, 1)).toMatchObject({ status: 200, reset: false });
}

describe("heads of HTTP/2 requests", () => {
  test.each(Object.entries(HEADS))("%s is refused", async (_name, fields) => {
    machine.seen.length = 0;
    const own = await open();
    own.send(request(1, fields));
    expect(await ended(own, 1)).toSatisfy(isRefused);
    own.socket.destroy();
    await serves();
    expect(machine.seen).toEqual(["GET /good"]);
  });

  test.each(Object.entries(NO_FIELDS))("%s goes no further", async (_name, fields) => {
    machine.seen.length = 0;
    const own = await open();
    own.send(request(1, [...fields, ["y", "kept"]]));
    const answer = await ended(own, 1);
    if (!isRefused(answer)) expect(untold(receivedOf(answer))).toEqual(["host", "y"]);
    own.socket.destroy();
    await serves();
    expect(machine.seen.join()).not.toContain("smuggled");
  });

  test("bytes that are line ends in another encoding stay the bytes they are", async () => {
    const own = await open();
    // U+010D and U+010A in UTF-8: cut down to one byte each they would be CR and LF.
    own.send(request(1, withField("x", "a\xc4\x8d\xc4\x8ahost: b")));
    const { headers } = receivedOf(await ended(own, 1));
    expect(headers).toMatchObject({ host: HOST, x: "a\xc4\x8d\xc4\x8ahost: b" });
  });

  test("what only the platform may say is taken away, also where it is written with underscores", async () => {
    const own = await open();
    const spoofed = ["fly-client-ip", "fly_client_ip", "x-forwarded-proto", "hangar-backhaul", "hangar-client-region"];
    own.send(request(1, [...PSEUDO, ...spoofed.map((name) => [name, "6.6.6.6"] as const), ["te", "trailers"]]));
    const { headers } = receivedOf(await ended(own, 1));
    expect(headers).toMatchObject({ "fly-client-ip": "127.0.0.1", "x-forwarded-proto": "https" });
    expect(headers).not.toHaveProperty("fly_client_ip");
    expect(headers).not.toHaveProperty("te");
    expect(headers).not.toHaveProperty("hangar-backhaul");
  });

  test("a host without authority stands for it", async () => {
    const own = await open();
    own.send(request(1, [METHOD, SCHEME, PATH, ["host", HOST]]));
    expect(await ended(own, 1)).toMatchObject({ status: 200 });
  });
});

describe("bodies of HTTP/2 requests", () => {
  test.each(Object.entries(BODIES))("%s never becomes a whole request", async (_name, frames) => {
    whole = [];
    machine.seen.length = 0;
    const own = await open();
    own.send(frames);
    expect(await ended(own, 1)).toSatisfy(isRefused);
    own.socket.destroy();
    await serves();
    expect(whole).toEqual(["GET /good"]);
    expect(machine.seen.join()).not.toContain("smuggled");
  });

  test.each(Object.entries(NO_TRAILERS))("%s of the trailer goes no further", async (_name, frames) => {
    machine.seen.length = 0;
    const own = await open();
    own.send(frames);
    const answer = await ended(own, 1);
    if (!isRefused(answer)) expect(receivedOf(answer)).toMatchObject({ bytes: 5 });
    own.socket.destroy();
    await serves();
    expect(machine.seen.join()).not.toContain("smuggled");
  });

  test.each([
    ["a told length", [...PSEUDO, ["content-length", "5"]] as Fields, data(BODY.data)],
    ["pieces of one byte", PSEUDO, Buffer.concat(BODY.data.split("").map((one, i) => data(one, i === 4)))],
    ["padding", PSEUDO, frame(FRAME.data, FLAG.endStream | 8, 1, `\x04hello\0\0\0\0`)],
  ])("%s arrives as it was sent", async (_name, fields, frames) => {
    const own = await open();
    own.send(post(fields, frames));
    const { status, body } = await ended(own, 1);
    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({ bytes: 5, md5: "5d41402abc4b2a76b9719d911017c592" });
  });
});
