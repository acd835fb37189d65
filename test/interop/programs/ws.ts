// ws, the WebSocket client of most Node.js programs.
import { strict as assert } from "node:assert";
import { once } from "node:events";
import { WebSocket } from "ws";
import { type InteropProgram, type Stage, WEB_HOST } from "../interop.ts";
import { packageVersion } from "../package-version.ts";

function open({ port, securePort, authority }: Stage, secure = false, more: object = {}): WebSocket {
  const place = secure ? `wss://${WEB_HOST}:${securePort}/ws` : `ws://${WEB_HOST}:${port}/ws`;
  return new WebSocket(place, ["echo"], { ca: authority, ...more });
}

async function echo(socket: WebSocket, message: string | Buffer): Promise<void> {
  const answer = once(socket, "message") as Promise<[Buffer, boolean]>;
  socket.send(message);
  const [data, isBinary] = await answer;
  assert.equal(isBinary, Buffer.isBuffer(message));
  assert.ok(Buffer.from(message as string).equals(data));
}

const echoes =
  (secure: boolean, more: object = {}) =>
  async (stage: Stage) => {
    const socket = open(stage, secure, more);
    await once(socket, "open");
    assert.equal(socket.protocol, "echo");
    for (const message of ["hello", "", "ä".repeat(1_000), Buffer.alloc(1_000_000, "b"), Buffer.alloc(0)])
      await echo(socket, message);
    socket.close(1_000);
    await once(socket, "close");
  };

export const wsProgram: InteropProgram = {
  name: "ws",
  version: () => packageVersion("ws"),
  cases: [
    { name: "text and binary up to 1 MB, compressed as agreed", run: echoes(false) },
    { name: "the same without compression", run: echoes(false, { perMessageDeflate: false }) },
    { name: "the same with TLS", run: echoes(true) },
    {
      name: "ping and pong",
      async run(stage) {
        const socket = open(stage);
        await once(socket, "open");
        const pong = once(socket, "pong") as Promise<[Buffer]>;
        socket.ping("are you there");
        assert.equal(String((await pong)[0]), "are you there");
        socket.terminate();
      },
    },
    {
      name: "the server's close with its code and reason",
      async run(stage) {
        const socket = open(stage);
        await once(socket, "open");
        socket.send("leave");
        const [code, reason] = (await once(socket, "close")) as [number, Buffer];
        assert.deepEqual([code, reason.toString()], [4_002, "as asked"]);
      },
    },
    {
      name: "50 connections at once, 20 messages each",
      async run(stage) {
        await Promise.all(
          Array.from({ length: 50 }, async (_, client) => {
            const socket = open(stage, client % 2 === 0);
            await once(socket, "open");
            for (let count = 0; count < 20; count += 1) await echo(socket, `${client} ${count}`);
            socket.close();
          }),
        );
      },
    },
  ],
};
