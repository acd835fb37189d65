// What the relay expects of its connections, of both kinds of sockets.
import type net from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test } from "vitest";
import { chooseSockets, testSockets } from "../../../src/emulator/edge/http1/choose-sockets.ts";
import type { Conn, ConnectFailure } from "../../../src/emulator/edge/http1/conn.ts";
import { type Handles, openHandles } from "../../../src/emulator/edge/http1/libuv-handles.ts";
import { createHandleSockets, publicSockets } from "../../../src/emulator/edge/http1/sockets.ts";
import { systemTimer } from "../../../src/platform/clock.ts";
import { Ear, until } from "../../support/conn-ear.ts";

const HOST = "127.0.0.1";
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const servers: net.Server[] = [];
const open: Conn[] = [];

afterEach(() => {
  for (const conn of open.splice(0)) conn.destroy();
  for (const server of servers.splice(0)) server.close();
});

const kinds = [publicSockets, createHandleSockets({ timer: systemTimer })].map(
  (sockets) => [sockets.kind, sockets] as const,
);

/** Writes the bytes again and again, until the kernel takes no more. @returns how often */
function writeUntilItWaits(conn: Conn, bytes: Buffer): number {
  let count = 0;
  do {
    conn.writeBytes(bytes, 0, bytes.length);
    count += 1;
  } while (!conn.hasUnsent);
  return count;
}

describe.each(kinds)("sockets: %s", (_kind, sockets) => {
  async function listen(): Promise<{ readonly port: number; readonly ears: Ear[] }> {
    const ears: Ear[] = [];
    const server = sockets.transport((adopt) => {
      const ear = new Ear();
      ear.conn = adopt(ear);
      open.push(ear.conn);
      ears.push(ear);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
    return { port: (server.address() as net.AddressInfo).port, ears };
  }

  function connect(port: number, ear = new Ear(), timeoutMs = 2_000): Promise<Ear | ConnectFailure> {
    return new Promise((resolve) => {
      sockets.connector.connect({ host: HOST, port, localAddress: "127.0.0.5" }, timeoutMs, ear, {
        opened: (conn) => {
          ear.conn = conn;
          open.push(conn);
          resolve(ear);
        },
        failed: resolve,
      });
    });
  }

  async function pair(): Promise<{ readonly near: Ear; readonly far: Ear }> {
    const { port, ears } = await listen();
    const near = (await connect(port)) as Ear;
    await until("the far side", () => ears.length === 1);
    return { near, far: ears[0]! };
  }

  test("carry megabytes there and back, with pressure and both ends", async () => {
    await expect(testSockets(sockets, systemTimer)).resolves.toBeUndefined();
  });

  test("come from the address that was named", async () => {
    const { far } = await pair();
    expect(far.conn!.remoteAddress).toBe("127.0.0.5");
  });

  test("send text and bytes in order, small and large", async () => {
    const { near, far } = await pair();
    const body = Buffer.from("0123456789".repeat(20_000));
    near.conn!.writeText("\u00e9 ");
    near.conn!.writeTextAndBytes("small ", body, 3, 6);
    near.conn!.writeTextAndBytes(" large ", body, 0, body.length);
    near.conn!.writeBytes(body, 9, 10);
    const whole = `\u00e9 small 345 large ${body.toString()}9`;
    await until("all bytes", () => far.text.length === whole.length);
    expect(far.text === whole).toBe(true);
  });

  test("keep what waits apart from the caller's bytes, tell when it is gone, and end after it", async () => {
    const { near, far } = await pair();
    far.conn!.pause();
    const bytes = Buffer.alloc(60_000, "a");
    const count = writeUntilItWaits(near.conn!, bytes);
    near.conn!.writeText("!");
    near.conn!.end();
    expect(far.text).toBe("");
    far.conn!.resume();
    await until("the end", () => far.ends === 1);
    expect(far.text === `${"a".repeat(60_000 * count)}!`).toBe(true);
    expect(near.conn!.hasUnsent).toBe(false);
  });

  test("keep what waits in memory", async () => {
    const { near, far } = await pair();
    far.conn!.pause();
    const bytes = Buffer.alloc(60_000, "a");
    const count = writeUntilItWaits(near.conn!, bytes);
    for (let more = 0; more < 50; more += 1) near.conn!.writeBytes(bytes, 0, bytes.length);
    collectGarbage();
    // Takes the place of what was freed.
    const others = Array.from({ length: 200 }, () => Buffer.alloc(66_560, "?"));
    far.conn!.resume();
    await until("all bytes", () => far.text.length === (count + 50) * bytes.length);
    expect(far.text.replaceAll("a", "")).toBe("");
    expect(others).toHaveLength(200);
  });

  test("keep what waits apart from what other connections write", async () => {
    const [first, second] = [await pair(), await pair()];
    first.far.conn!.pause();
    const bytes = Buffer.alloc(60_000, "a");
    const count = writeUntilItWaits(first.near.conn!, bytes);
    const others = Buffer.alloc(60_000, "b");
    for (let more = 0; more < 3; more += 1) second.near.conn!.writeBytes(others, 0, others.length);
    await until("the others' bytes", () => second.far.text.length === 3 * others.length);
    first.far.conn!.resume();
    await until("all bytes", () => first.far.text.length === count * bytes.length);
    expect(first.far.text === "a".repeat(count * bytes.length)).toBe(true);
    expect(second.far.text === "b".repeat(3 * others.length)).toBe(true);
  });

  test("hear of drain once the peer reads again", async () => {
    const { near, far } = await pair();
    far.conn!.pause();
    const bytes = Buffer.alloc(1_000_000, "b");
    while (near.conn!.writeBytes(bytes, 0, bytes.length));
    expect(near.drains).toBe(0);
    far.conn!.resume();
    await until("drain", () => near.drains > 0);
  });

  test("go on in one direction after the other has ended, and close when both have", async () => {
    const { near, far } = await pair();
    near.conn!.end();
    await until("the end", () => far.ends === 1);
    far.conn!.writeText("still here");
    await until("an answer", () => near.text === "still here");
    expect(near.closes + far.closes).toBe(0);
    far.conn!.end();
    await until("both closes", () => near.closes === 1 && far.closes === 1);
    expect([near.ends, far.ends]).toEqual([1, 1]);
  });

  test("tell the peer of an abort, and of a destroyed connection, and nobody at home", async () => {
    const first = await pair();
    first.near.conn!.abort();
    await until("a close", () => first.far.closes === 1);
    expect(first.far.ends).toBe(0);
    const second = await pair();
    second.near.conn!.destroy();
    await until("an end", () => second.far.ends === 1);
    for (const { conn, closes, ends } of [first.near, second.near]) {
      expect([closes, ends]).toEqual([0, 0]);
      conn!.writeText("ignored");
      conn!.resume();
      conn!.end();
      conn!.destroy();
    }
  });

  test("say why nothing could be opened", async () => {
    const { port } = await listen();
    servers.splice(0).forEach((server) => server.close());
    await expect(connect(port)).resolves.toBe("refused");
    const settled: string[] = [];
    const outcome = { opened: () => settled.push("opened"), failed: (why: string) => settled.push(why) };
    const endpoint = { host: HOST, port, localAddress: HOST };
    sockets.connector.connect(endpoint, 1_000, new Ear(), outcome).cancel();
    // By the time a later one has failed, the cancelled one would have.
    await expect(connect(port)).resolves.toBe("refused");
    expect(settled).toEqual([]);
  });
});

describe("the choice of sockets", () => {
  const choose = async (handles?: Handles): Promise<{ kind: string; logs: string[] }> => {
    const logs: string[] = [];
    const log = (text: string): void => void logs.push(text);
    const { kind } = await chooseSockets({ timer: systemTimer, log, ...(handles === undefined ? {} : { handles }) });
    return { kind, logs };
  };

  test("is for handles where they work", async () => {
    await expect(choose()).resolves.toEqual({ kind: "handles", logs: [] });
  });

  test("is for node:net where a handle gives out other bytes than it got, or fails", async () => {
    const real = openHandles();
    // It says how much was read at another place than ours.
    const wrong = { ...real, readBytesOrError: real.lastWriteWasAsync };
    const throwing = {
      ...real,
      connection: () => {
        throw new Error("no handles today");
      },
    };
    for (const handles of [wrong, throwing]) {
      const { kind, logs } = await choose(handles);
      expect(kind).toBe("public");
      expect(logs).toEqual([expect.stringMatching(/^libuv's handles are not used: /)]);
    }
  });
});
