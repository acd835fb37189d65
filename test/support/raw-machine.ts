// Programs that machines of an edge test run: an HTTP server that tells what it received, and a socket that answers with
// exactly the bytes it is given.
import { createHash } from "node:crypto";
import http from "node:http";
import net from "node:net";

export interface TestMachine {
  readonly port: number;
  readonly host: string;
  /** Request lines in the order they came. */
  readonly seen: string[];
  /** TCP connections that were accepted. */
  connections(): number;
  stop(): Promise<void>;
}

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly bytes: number;
  readonly md5: string;
}

function listening(server: net.Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as net.AddressInfo).port));
  });
}

function machineOf(server: net.Server, host: string, port: number, seen: string[]): TestMachine {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  server.on("connection", (socket: net.Socket) => {
    accepted += 1;
    sockets.add(socket.on("close", () => sockets.delete(socket)).on("error", () => undefined));
  });
  return {
    ...{ port, host, seen, connections: () => accepted },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** A server that answers what it received as JSON, unless `handle` answers itself (true). */
export async function startEchoMachine(
  host: string,
  handle: (request: http.IncomingMessage, response: http.ServerResponse) => boolean = () => false,
  port = 0,
): Promise<TestMachine> {
  const seen: string[] = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (handle(request, response)) return;
    const hash = createHash("md5");
    let bytes = 0;
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      hash.update(chunk);
    });
    request.on("end", () => {
      const { method, url, headers } = request;
      const text = JSON.stringify({ method, url, headers, bytes, md5: hash.digest("hex") });
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(text) });
      response.end(text);
    });
  });
  server.on("upgrade", (request, socket, first) => {
    seen.push(`${request.method} ${request.url}`);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    socket.write(first);
    socket.on("data", (chunk: Buffer) => socket.write(chunk));
    socket.on("end", () => socket.end("bye"));
    socket.on("error", () => undefined);
  });
  const actual = await listening(server, host, port);
  return machineOf(server, host, actual, seen);
}

/** A socket that answers each request head with the bytes that `answer` gives for its request line; undefined: nothing. */
export async function startRawMachine(
  host: string,
  answer: (requestLine: string, socket: net.Socket) => string | undefined,
): Promise<TestMachine> {
  const seen: string[] = [];
  const server = net.createServer((socket) => {
    let text = "";
    socket.setEncoding("latin1").on("data", (more) => {
      text += String(more);
      for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
        const line = text.slice(0, text.indexOf(" HTTP/1.1"));
        text = text.slice(end + 4);
        seen.push(line);
        const bytes = answer(line, socket);
        if (bytes !== undefined) socket.write(bytes, "latin1");
      }
    });
  });
  const actual = await listening(server, host, 0);
  return machineOf(server, host, actual, seen);
}
