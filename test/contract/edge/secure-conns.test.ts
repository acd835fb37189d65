// What the relay expects of connections inside TLS, of both kinds of sockets, both versions of TLS, and each way to seal records.
import net from "node:net";
import tls from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { createHandleSockets, publicSockets } from "../../../src/emulator/edge/http1/sockets.ts";
import { RecordConn } from "../../../src/emulator/edge/tls/record-conn.ts";
import { createTlsServer, type TlsServerDeps } from "../../../src/emulator/edge/tls/tls-server.ts";
import { systemTimer } from "../../../src/platform/clock.ts";
import { Ear, until } from "../../support/conn-ear.ts";
import { unnamedServerDeps } from "../../support/tls-material.ts";
import { Wire } from "../../support/record-wire.ts";

const HOST = "127.0.0.1";
const ALERT = 21;
/** The least that the last message of a handshake takes, sealed. */
const FINISHED_BYTES = 58;
const undo: (() => void)[] = [];
let deps: TlsServerDeps;

beforeAll(async () => {
  deps = await unnamedServerDeps();
});
afterEach(() => {
  for (const one of undo.splice(0)) one();
});

const CLIENTS = {
  "TLS 1.2": { maxVersion: "TLSv1.2" },
  ChaCha20: { ciphers: "TLS_CHACHA20_POLY1305_SHA256" },
  "AES-128": { ciphers: "TLS_AES_128_GCM_SHA256" },
  "AES-256": { ciphers: "TLS_AES_256_GCM_SHA384" },
} as const satisfies Record<string, tls.ConnectionOptions>;
const kinds = [publicSockets, createHandleSockets({ timer: systemTimer })].flatMap((sockets) =>
  Object.entries(CLIENTS).map(([name, options]) => [sockets.kind, name, sockets, options] as const),
);

describe.each(kinds)("connections inside TLS: %s, %s", (_kind, name, sockets, clientOptions) => {
  const isSealedByUs = name !== "TLS 1.2";

  interface Pair {
    readonly ear: Ear;
    readonly client: tls.TLSSocket;
    readonly wire: Wire;
    /** What the client has received. */
    text(): string;
    session(): Buffer | undefined;
  }

  const port = async (server: net.Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    undo.push(() => server.close());
    return (server.address() as net.AddressInfo).port;
  };

  /** A server of ours. Its connections come to the ear that is set. */
  async function serve(): Promise<{ readonly port: number; ear: Ear }> {
    const place = { port: 0, ear: new Ear() };
    const { shake } = createTlsServer(deps, ({ open }) => {
      const { ear } = place;
      ear.conn = open(ear);
      undo.push(() => ear.conn?.destroy());
    });
    place.port = await port(sockets.transport(shake));
    return place;
  }

  /**
   * A client that has shaken hands, with a wire between it and us.
   * @param early sent with the client's last word of the handshake: in TLS 1.3 in one packet
   */
  async function pair(early = "", server?: { port: number; ear: Ear }, session?: Buffer): Promise<Pair> {
    const place = server ?? (await serve());
    const ear = (place.ear = new Ear());
    const holds = early !== "" && isSealedByUs ? "next" : false;
    let wire: Wire | undefined;
    const wirePort = await port(
      net.createServer({ allowHalfOpen: true, noDelay: true }, (near) => (wire = new Wire(near, place.port, holds))),
    );
    const to = { host: HOST, port: wirePort, rejectUnauthorized: false, allowHalfOpen: true, session };
    const client = tls.connect({ ...to, ...clientOptions });
    undo.push(() => client.destroy());
    client.on("error", () => undefined);
    let text = "";
    client.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
    let ticket: Buffer | undefined;
    client.on("session", (one: Buffer) => (ticket = one));
    if (early !== "") client.write(early, "latin1");
    if (holds !== false) {
      await until("the whole packet", () => (wire?.heldBytes ?? 0) > early.length + FINISHED_BYTES);
      wire!.release();
    }
    await until("the handshake", () => ear.conn !== undefined);
    return { ear, client, wire: wire!, text: () => text, session: () => ticket };
  }

  /** Has the client write each text as a record of its own, and all of them arrive in one packet. */
  async function writeAtOnce({ client, wire }: Pair, texts: readonly string[], more = ""): Promise<void> {
    wire.holds = true;
    for (const text of texts) await new Promise<void>((resolve) => client.write(text, () => resolve()));
    const bytes = texts.join("").length;
    await until("all records", () => wire.heldBytes > bytes);
    wire.release(more);
  }

  test("know where they come from, and lose nothing that came with the handshake", async () => {
    const { ear, wire } = await pair("early");
    await until("the bytes", () => ear.text === "early");
    expect(ear.conn!.remoteAddress).toBe(HOST);
    expect(ear.conn!.remotePort).toBeGreaterThan(0);
    expect(wire.near.destroyed).toBe(false);
  });

  test("are sealed by us after a handshake of TLS 1.3, and by a TLS socket after another", async () => {
    const { ear } = await pair();
    expect(ear.conn instanceof RecordConn).toBe(isSealedByUs);
  });

  test("hear all of an upload whose first part came with the handshake, and nothing twice", async () => {
    const upload = Array.from({ length: 60_000 }, (_, at) => `${at} `).join("");
    const { ear, text } = await pair(upload);
    await until("the upload", () => ear.text.length >= upload.length);
    expect(ear.text === upload).toBe(true);
    ear.conn!.writeText("got it");
    await until("an answer", () => text() === "got it");
  });

  test("go on in a session that is taken up again, which sends other tickets", async () => {
    const server = await serve();
    const first = await pair("", server);
    first.ear.conn!.writeText("first");
    await until("a session", () => first.text() === "first" && first.session() !== undefined);
    const second = await pair("again", server, first.session());
    expect(second.client.isSessionReused()).toBe(true);
    await until("the bytes", () => second.ear.text === "again");
    second.ear.conn!.writeText("welcome back");
    await until("an answer", () => second.text() === "welcome back");
  });

  test("send text and bytes in order, small and large", async () => {
    const { ear, text } = await pair();
    const conn = ear.conn!;
    const body = Buffer.from("0123456789".repeat(20_000));
    conn.writeText("\u00e9 ");
    conn.writeTextAndBytes("small ", body, 3, 6);
    conn.writeTextAndBytes(" large ", body, 0, body.length);
    conn.writeBytes(body, 9, 10);
    conn.writeBytes(body, 9, 9);
    conn.writeText(`long ${"x".repeat(100_000)}`);
    // What waits is apart from the caller's bytes.
    const whole = `\u00e9 small 345 large ${body.toString()}9long ${"x".repeat(100_000)}`;
    body.fill("?");
    await until("all bytes", () => text().length === whole.length);
    expect(text() === whole).toBe(true);
    await until("nothing that waits", () => !conn.hasUnsent && !conn.isPressed);
  });

  test("say when they are pressed and when no longer, and end after what waits", async () => {
    const { ear, client, text } = await pair();
    client.pause();
    const bytes = Buffer.alloc(60_000, "a");
    let count = 1;
    while (ear.conn!.writeBytes(bytes, 0, bytes.length)) count += 1;
    expect([ear.conn!.hasUnsent, ear.conn!.isPressed, ear.drains]).toEqual([true, true, 0]);
    client.resume();
    await until("drain", () => ear.drains === 1);
    expect(ear.conn!.isPressed).toBe(false);
    for (let more = 0; more < 5; more += 1) ear.conn!.writeBytes(bytes, 0, bytes.length);
    ear.conn!.writeText("!");
    ear.conn!.end();
    let ended = false;
    client.on("end", () => (ended = true));
    await until("the end", () => ended);
    expect(text() === `${"a".repeat(60_000 * (count + 5))}!`).toBe(true);
  });

  test("hear nothing while they are paused, of many records in one packet either, and all of it afterwards", async () => {
    const both = await pair();
    const { ear, client } = both;
    ear.heard = () => ear.conn!.pause();
    await writeAtOnce(both, ["one ", "two ", "three"]);
    await until("the first record", () => ear.pieces === 1);
    client.end();
    // The connection still works the other way, and by the time that has been seen, more would have been heard.
    ear.conn!.writeText("pong");
    await until("an answer", () => both.text() === "pong");
    expect([ear.pieces, ear.ends]).toEqual([1, 0]);
    ear.heard = undefined;
    ear.conn!.resume();
    await until("the end", () => ear.ends === 1);
    expect(ear.text).toBe("one two three");
  });

  test("go on in one direction after the other has ended, and close when both have", async () => {
    const { ear, client, text } = await pair();
    client.end("last words");
    await until("the end", () => ear.ends === 1);
    ear.conn!.writeText("still here");
    await until("an answer", () => text() === "still here");
    expect([ear.text, ear.closes]).toEqual(["last words", 0]);
    ear.conn!.end();
    await until("a close", () => ear.closes === 1);
    expect(ear.ends).toBe(1);
  });

  test("hear more after they have ended themselves", async () => {
    const { ear, client } = await pair();
    let ended = false;
    client.on("end", () => (ended = true));
    ear.conn!.end();
    await until("the end", () => ended);
    client.end("thank you");
    await until("a close", () => ear.closes === 1);
    expect([ear.text, ear.ends]).toEqual(["thank you", 1]);
  });

  test("tell the peer of an end in TLS's own words, and of an abort without them", async () => {
    const whole = await pair();
    whole.ear.conn!.writeText("all of it");
    whole.ear.conn!.end();
    let ends = 0;
    whole.client.on("end", () => (ends += 1));
    await until("an end", () => ends === 1);
    const cut = await pair();
    cut.client.on("end", () => (ends += 1));
    cut.ear.conn!.writeText("a part of it");
    await until("the part", () => cut.text() === "a part of it");
    const before = cut.wire.recordTypes.length;
    cut.ear.conn!.abort();
    await until("a cut", () => ends === 2);
    expect(cut.wire.recordTypes.length).toBe(before);
    // In TLS 1.3 all records look alike.
    if (!isSealedByUs) expect(whole.wire.recordTypes.at(-1)).toBe(ALERT);
    expect([cut.ear.closes, cut.ear.ends]).toEqual([0, 0]);
    for (const write of [() => cut.ear.conn!.writeText("ignored"), () => cut.ear.conn!.resume()]) write();
    cut.ear.conn!.end();
    cut.ear.conn!.destroy();
  });

  test("close when a record cannot be decrypted, after what came before it", async () => {
    const both = await pair();
    await writeAtOnce(both, ["good "], `\x17\x03\x03\x00\x20${"no record".padEnd(32)}`);
    await until("a close", () => both.ear.closes === 1);
    expect(both.ear.text).toBe("good ");
  });

  test("close when the peer is gone", async () => {
    const { ear, wire } = await pair();
    wire.reset();
    await until("a close", () => ear.closes === 1);
    expect(ear.ends).toBe(0);
    ear.conn!.writeText("ignored");
  });

  test.skipIf(isSealedByUs)("go on when the client shakes hands again", async () => {
    const { ear, client, text } = await pair();
    ear.conn!.writeText("before ");
    await until("the first bytes", () => text() === "before ");
    await new Promise<void>((resolve, reject) => {
      client.renegotiate({}, (error) => (error === null ? resolve() : reject(error)));
    });
    client.write("afterwards");
    await until("the bytes", () => ear.text === "afterwards");
    ear.conn!.writeText("and after");
    await until("all bytes", () => text() === "before and after");
    expect(ear.closes).toBe(0);
  });
});
