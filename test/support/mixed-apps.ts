// Machines of the mixed soak: each can be killed with all its connections, come back at its place, or be replaced in peace.
import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { WorldMachine } from "../../src/contract/world.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { worldMachine } from "./edge-rig.ts";

/** What GET /body answers for a token: it cannot be taken for another token's. */
export function bodyOf(token: string, size: number): Buffer {
  return Buffer.alloc(size, `${token};`);
}

function serve(request: http.IncomingMessage, response: http.ServerResponse): void {
  const token = String(request.headers["x-token"]);
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://app");
  if (pathname === "/body") {
    request.resume();
    const body = bodyOf(token, Number(searchParams.get("size")));
    // By turns with a length and in chunks.
    response.writeHead(200, body.length % 2 === 0 ? { "content-length": body.length } : {});
    response.end(body);
    return;
  }
  const hash = createHash("md5");
  request.on("data", (chunk: Buffer) => void hash.update(chunk));
  request.on("end", () => response.end(JSON.stringify({ token, md5: hash.digest("hex") })));
}

export class MixedMachine {
  readonly id: string;
  readonly host: string;
  readonly world: () => WorldMachine;
  readonly #sockets = new Set<Socket>();
  #port = 0;
  #server: http.Server | undefined;

  constructor(id: string, region: string, host: string) {
    this.id = id;
    this.host = host;
    this.world = () => worldMachine({ id, app: "web", region, address4: host, port: this.#port });
  }

  /** At the place where it was before, if it was. */
  async start(): Promise<void> {
    const server = http.createServer(serve);
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket: WebSocket) => {
      socket.on("message", (data, binary) => socket.send(data, { binary }));
      socket.on("error", () => undefined);
    });
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, this.host, resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** As a machine dies whose program does: at once. */
  kill(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#server === undefined) return resolve();
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.resetAndDestroy();
      return undefined;
    });
  }

  /** Takes nothing new, and ends when the last connection has. Nothing may be on its way to it any more. */
  async retire(): Promise<void> {
    const server = this.#server;
    server?.close();
    await waitUntil(
      () => {
        server?.closeIdleConnections();
        return this.#sockets.size === 0 ? true : undefined;
      },
      { what: "a replaced machine to be left alone", deadlineMs: 60_000, intervalMs: 100 },
    );
  }
}
