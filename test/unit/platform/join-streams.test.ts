import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { breakOff, joinStreams } from "../../../src/platform/join-streams.ts";
import { listenForStreams, type StreamListener } from "../../../src/platform/stream-listener.ts";

interface Way {
  readonly far: Socket;
  readonly done: Promise<void>;
}

const PATIENTLY = { timeout: 20_000 };
const MIB = 1024 * 1024;
const servers: (Server | StreamListener)[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A program, and a port whose connections are joined with new ones to it. */
async function joined(program: (socket: Socket) => void): Promise<{ port: number; ways: Way[] }> {
  const server = createServer({ allowHalfOpen: true }, program).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port: far } = server.address() as { port: number };
  const ways: Way[] = [];
  const listener = await listenForStreams({ address: "127.0.0.1", port: 0 }, (near) => {
    const onward = connect({ host: "127.0.0.1", port: far, allowHalfOpen: true });
    ways.push({ far: onward, done: joinStreams(near, onward) });
  });
  servers.push(server, listener);
  return { port: listener.port ?? 0, ways };
}

function client(port: number): Socket {
  return connect({ host: "127.0.0.1", port, allowHalfOpen: true });
}

describe("joined streams", () => {
  test("pass bytes both ways, and an answer that begins when the question has ended", async () => {
    const { port, ways } = await joined((socket) => void text(socket).then((asked) => socket.end(`heard ${asked}`)));
    const socket = client(port);
    socket.end("a question");
    expect(await text(socket)).toBe("heard a question");
    await ways[0]?.done;
  });

  test("let the far side end first", async () => {
    const heard: Promise<string>[] = [];
    const { port } = await joined((socket) => {
      socket.end("bye");
      heard.push(text(socket));
    });
    const socket = client(port);
    expect(await text(socket)).toBe("bye");
    socket.end("still here");
    expect(await heard[0]).toBe("still here");
  });

  test("hold a fast sender back until the bytes are taken", async () => {
    const program: Socket[] = [];
    const { port, ways } = await joined((socket) => void program.push(socket));
    const socket = client(port);
    // more than all buffers on the way hold, and nobody reads
    const sent = 64 * MIB;
    socket.end(Buffer.alloc(sent));
    await expect.poll(() => ways[0]?.far.writableNeedDrain, PATIENTLY).toBe(true);
    expect(ways[0]?.far.writableLength).toBeLessThan(MIB);
    let received = 0;
    program[0]?.on("data", (bytes: Buffer) => (received += bytes.length));
    await expect.poll(() => received, PATIENTLY).toBe(sent);
    program[0]?.end();
    await ways[0]?.done;
  });

  test.each(["near", "far"])("break off when the %s side does, and not as a clean end", async (side) => {
    const program: Socket[] = [];
    const { port, ways } = await joined((socket) => void program.push(socket));
    const socket = client(port);
    socket.write("x");
    await expect.poll(() => program.length, PATIENTLY).toBe(1);
    const [own, other] = side === "near" ? [socket, program[0]!] : [program[0]!, socket];
    const errors: unknown[] = [];
    const closed = new Promise((resolve) => other.on("close", resolve));
    other.on("error", (error) => errors.push(error)).resume();
    own.on("error", () => undefined).resetAndDestroy();
    await closed;
    expect(errors).toMatchObject([{ code: "ECONNRESET" }]);
    await ways[0]?.done;
  });

  test("break off at once what nobody takes, and what has ended already", async () => {
    const program: Socket[] = [];
    const { port, ways } = await joined((socket) => void program.push(socket));
    const [stalled, ended] = [client(port), client(port)];
    stalled.on("error", () => undefined).write(Buffer.alloc(64 * MIB));
    ended.on("error", () => undefined).end("x");
    await expect.poll(() => program.length, PATIENTLY).toBe(2);
    await expect.poll(() => ways.some(({ far }) => far.writableNeedDrain), PATIENTLY).toBe(true);
    for (const stream of [stalled, ended]) breakOff(stream);
    expect([stalled.destroyed, ended.destroyed]).toEqual([true, true]);
    for (const socket of program) socket.on("error", () => undefined).destroy();
    await Promise.all(ways.map(({ done }) => done));
  });
});
