// Handshakes with a client in memory, over a connection that takes its time, and with those who are no clients.
import { Duplex } from "node:stream";
import tls from "node:tls";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { Conn, ConnListener } from "../../../../../src/emulator/edge/http1/conn.ts";
import type { Secured } from "../../../../../src/emulator/edge/tls/handshake.ts";
import { RecordConn } from "../../../../../src/emulator/edge/tls/record-conn.ts";
import {
  createTlsServer,
  type TlsServer,
  type TlsServerDeps,
} from "../../../../../src/emulator/edge/tls/tls-server.ts";
import { createVersionedTlsServer } from "../../../../../src/emulator/edge/tls/versioned-server.ts";
import { Ear, until } from "../../../../support/conn-ear.ts";
import { unnamedServerDeps } from "../../../../support/tls-material.ts";

let deps: TlsServerDeps;
beforeAll(async () => {
  deps = await unnamedServerDeps();
});

/** A connection to a stream in memory, which takes each write so many rounds of the event loop later. */
class SlowConn implements Conn {
  readonly remoteAddress = "192.0.2.7";
  readonly remotePort = 4711;
  hasUnsent = false;
  isDestroyed = false;
  /** Infinity: until `take`. */
  rounds: number;
  /** Has more rounds from the second write on. */
  laterRounds: number | undefined;
  readonly #listener: ConnListener;
  readonly #queue: (Buffer | null)[] = [];
  /** The client's side. */
  readonly peer: Duplex;

  constructor(listener: ConnListener, rounds: number) {
    this.#listener = listener;
    this.rounds = rounds;
    this.peer = new Duplex({
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        if (!this.isDestroyed) listener.onData(bytes, 0, bytes.length);
        done();
      },
      final: (done) => {
        if (!this.isDestroyed) listener.onEnd();
        done();
      },
    });
  }

  get isPressed(): boolean {
    return this.hasUnsent;
  }

  writeBytes(bytes: Buffer, start: number, end: number): boolean {
    return this.#put(Buffer.from(bytes.subarray(start, end)));
  }
  writeText(): boolean {
    throw new Error("TLS writes bytes");
  }
  writeTextAndBytes(): boolean {
    return this.writeText();
  }
  pause(): void {}
  resume(): void {}
  end(): void {
    this.#put(null);
  }
  destroy(): void {
    this.isDestroyed = true;
    this.#put(null);
  }
  abort(): void {
    this.destroy();
  }

  take(): void {
    this.rounds = 0;
    for (const bytes of this.#queue.splice(0)) this.peer.push(bytes);
    this.hasUnsent = false;
    this.#listener.onDrain();
  }

  #put(bytes: Buffer | null): boolean {
    if (this.rounds === 0) {
      this.rounds = this.laterRounds ?? 0;
      this.peer.push(bytes);
      return true;
    }
    this.#queue.push(bytes);
    if (!this.hasUnsent && this.rounds !== Infinity) this.#later(this.rounds);
    this.hasUnsent = true;
    return false;
  }

  #later(rounds: number): void {
    setImmediate(() => {
      if (rounds > 1) return this.#later(rounds - 1);
      this.peer.push(this.#queue.shift()!);
      if (this.#queue.length > 0) return this.#later(this.rounds);
      this.hasUnsent = false;
      if (!this.isDestroyed) this.#listener.onDrain();
    });
  }
}

/** Has the server shake hands on a connection in memory. */
function connect({ shake }: TlsServer, rounds = 0): SlowConn {
  let conn: SlowConn | undefined;
  shake((listener) => (conn = new SlowConn(listener, rounds)));
  return conn!;
}

function clientOn(conn: SlowConn, options: tls.ConnectionOptions = {}): { socket: tls.TLSSocket; text(): string } {
  const socket = tls.connect({ socket: conn.peer, rejectUnauthorized: false, ...options });
  let text = "";
  socket.on("data", (bytes: Buffer) => (text += bytes.toString("latin1")));
  socket.on("error", () => undefined);
  return { socket, text: () => text };
}

function serverFor(ear: () => Ear, seen: Secured[] = []): TlsServer {
  return createTlsServer(deps, (secured) => {
    seen.push(secured);
    ear().conn = secured.open(ear());
  });
}

const patience = [0, 1, 2, 3, 7].flatMap((rounds) =>
  ["TLSv1.2", "TLSv1.3"].map((version) => [rounds, version] as const),
);

test.each(patience)("tickets that go out %d rounds late are counted all the same: %s", async (rounds, version) => {
  let ear = new Ear();
  const server = serverFor(() => ear);
  let session: Buffer | undefined;
  for (const isFirst of [true, false]) {
    ear = new Ear();
    const only = { minVersion: version, maxVersion: version } as tls.ConnectionOptions;
    const client = clientOn(connect(server, rounds), { ...only, ...(session === undefined ? {} : { session }) });
    client.socket.on("session", (one: Buffer) => (session = one));
    client.socket.write("question");
    await until("the question", () => ear.text === "question");
    expect(client.socket.isSessionReused()).toBe(!isFirst);
    expect(ear.conn instanceof RecordConn).toBe(version === "TLSv1.3");
    const answer = "answer ".repeat(10_000);
    ear.conn!.writeText(answer);
    await until("the answer and a session", () => client.text() === answer && session !== undefined);
    client.socket.destroy();
    ear.conn!.destroy();
  }
});

test("a client that takes no tickets is waited for without a turn of the event loop", async () => {
  const ear = new Ear();
  const conn = connect(serverFor(() => ear));
  conn.laterRounds = Infinity;
  const client = clientOn(conn);
  client.socket.write("question");
  await until("tickets that wait", () => conn.hasUnsent);
  const turns = vi.spyOn(globalThis, "setImmediate");
  let looks = 0;
  // Between two looks the event loop turns at least once. What other tests have left comes to rest, too.
  await until("rest", () => {
    const isAtRest = looks > 0 && turns.mock.calls.length === 0;
    looks += 1;
    turns.mockClear();
    return isAtRest;
  });
  turns.mockRestore();
  expect(ear.conn).toBe(undefined);
  conn.laterRounds = undefined;
  conn.take();
  await until("the question", () => ear.text === "question");
  ear.conn!.writeText("answer");
  await until("the answer", () => client.text() === "answer");
});

test("what was agreed on is told, and where the client is", async () => {
  const ear = new Ear();
  const seen: Secured[] = [];
  clientOn(connect(serverFor(() => ear, seen)), { ALPNProtocols: ["http/1.1"], servername: "someone.example" });
  await until("the handshake", () => seen.length === 1);
  expect([seen[0]!.alpn, seen[0]!.serverName]).toEqual(["http/1.1", "someone.example"]);
  expect([ear.conn!.remoteAddress, ear.conn!.remotePort]).toEqual(["192.0.2.7", 4711]);
  const plain = new Ear();
  const others: Secured[] = [];
  clientOn(connect(serverFor(() => plain, others)), { maxVersion: "TLSv1.2" });
  await until("the handshake", () => others.length === 1);
  expect([others[0]!.alpn, others[0]!.serverName]).toEqual([undefined, ""]);
  expect([plain.conn!.remoteAddress, plain.conn!.remotePort]).toEqual(["192.0.2.7", 4711]);
});

test("where OpenSSL's functions are missing, connections stay with their sockets, and that is said once", async () => {
  const logs: string[] = [];
  const loadSpace = (): Promise<never> => Promise.reject(new Error("no such module"));
  let ear = new Ear();
  const server = createTlsServer({ ...deps, loadSpace, log: (text) => void logs.push(text) }, (secured) => {
    ear.conn = secured.open(ear);
  });
  for (const question of ["first", "second"]) {
    ear = new Ear();
    const client = clientOn(connect(server));
    client.socket.write(question);
    await until("the question", () => ear.text === question);
    expect([client.socket.getProtocol(), ear.conn instanceof RecordConn]).toEqual(["TLSv1.3", false]);
    ear.conn!.writeText("answer");
    await until("the answer", () => client.text() === "answer");
    client.socket.end();
    await until("the end", () => ear.ends === 1);
  }
  expect(logs).toEqual([expect.stringMatching(/node:tls.*no such module/)]);
});

describe.each(["one server", "servers by version"])("those who do not shake hands, with %s", (kind) => {
  const seen: Secured[] = [];
  /** @param logs gets the words of failures */
  const server = (logs: string[] = []): TlsServer => {
    const heard = { ...deps, log: (text: string) => void logs.push(text) };
    if (kind === "one server") return createTlsServer(heard, (secured) => seen.push(secured));
    const timer = (): (() => void) => () => undefined;
    return createVersionedTlsServer({ ...heard, hasVersions: () => true, timer }, (secured) => seen.push(secured));
  };

  test.each([
    ["speaks HTTP", Buffer.from("GET / HTTP/1.1\r\nhost: my-app\r\n\r\n"), undefined],
    ["begins with another message", Buffer.from([22, 3, 1, 0, 4, 99, 0, 0, 0]), 21],
    ["names a version that is none", Buffer.from([22, 9, 9, 0, 4, 99, 0, 0, 0]), undefined],
  ])("a client that %s is left, with an alert where OpenSSL has one", async (_what, bytes, first) => {
    const logs: string[] = [];
    const conn = connect(server(logs));
    let heard = Buffer.alloc(0);
    conn.peer.on("data", (more: Buffer) => (heard = Buffer.concat([heard, more])));
    conn.peer.write(bytes);
    await until("the end", () => conn.isDestroyed && conn.peer.readableEnded);
    expect(heard[0]).toBe(first);
    expect(logs).toEqual([expect.stringContaining("[PT04] tls handshake failed")]);
    expect(seen).toEqual([]);
  });

  test("so many at a time, of whom the one that takes longest makes room", async () => {
    const one = server();
    const first = connect(one);
    for (let more = 1; more < 1_024; more += 1) connect(one);
    expect(first.isDestroyed).toBe(false);
    connect(one);
    await until("room", () => first.isDestroyed);
    expect(seen).toEqual([]);
  });

  test("one that goes in the middle", async () => {
    const logs: string[] = [];
    const conn = connect(server(logs));
    conn.peer.write(await helloBytes());
    await until("an answer", () => conn.peer.readableLength > 0);
    conn.peer.end();
    await until("the end and a word", () => conn.isDestroyed && logs.includes("[PT03] tls handshake was canceled"));
    expect(seen).toEqual([]);
  });
});

test("a client that says more and more without being done is left", async () => {
  const conn = connect(createTlsServer(deps, () => undefined));
  conn.peer.write(await helloBytes());
  await until("an answer", () => conn.peer.readableLength > 0);
  let rounds = 0;
  // Changes of ciphers for show, which clients may send before their last message.
  for (; rounds < 2_000 && !conn.isDestroyed; rounds += 1) conn.peer.write(Buffer.from([20, 3, 3, 0, 1, 1]));
  expect(rounds).toBeLessThan(600);
});

function helloBytes(): Promise<Buffer> {
  return new Promise((resolve) => {
    const wire = new Duplex({ read: () => undefined, write: (bytes: Buffer) => resolve(bytes) });
    tls.connect({ socket: wire, rejectUnauthorized: false }).on("error", () => undefined);
  });
}
