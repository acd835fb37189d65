// The edge and the apps that programs talk to: one of HTTP/1.1 and WebSocket, one of gRPC, both in another region than clients.
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { WebSocketServer } from "ws";
import { startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startGrpcApp } from "./grpc-app.ts";
import type { Stage } from "./interop.ts";
import { PAGE } from "./page.ts";

const HOST = "127.0.1.21";
const DOWNLOAD = Buffer.alloc(20_000_000, "hangar ");

/** Whoever waits for the result of a page. */
const listeners = new Set<(result: string) => void>();
const pageResult = (): Promise<string> =>
  new Promise((resolve) => {
    const told = (result: string): void => {
      listeners.delete(told);
      resolve(result);
    };
    listeners.add(told);
  });

function serve(request: http.IncomingMessage, response: http.ServerResponse): void {
  switch (request.url) {
    case "/result":
      void text(request).then((result) => {
        response.end();
        for (const told of [...listeners]) told(result);
      });
      return;
    case "/page":
      response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
      return;
    case "/download":
      response.writeHead(200, { "content-length": DOWNLOAD.length }).end(DOWNLOAD);
      return;
    case "/events": {
      response.writeHead(200, { "content-type": "text/event-stream" });
      let count = 0;
      const timer = setInterval(() => {
        response.write(`data: ${count}\n\n`);
        count += 1;
        if (count === 3) response.end();
      }, 20);
      response.on("close", () => clearInterval(timer));
      return;
    }
    case "/echo":
      response.writeHead(200, { "content-type": "application/octet-stream" });
      request.pipe(response);
      return;
    default: {
      const hash = createHash("md5");
      let bytes = 0;
      request.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        hash.update(chunk);
      });
      request.on("end", () => {
        const { method, url, headers } = request;
        response.setHeader("content-type", "application/json");
        if (method !== "HEAD" && request.httpVersion === "1.1") {
          response.setHeader("trailer", "x-checksum");
          response.addTrailers({ "x-checksum": "trailing" });
          response.write("");
        }
        response.end(JSON.stringify({ method, url, headers, bytes, md5: hash.digest("hex") }));
      });
    }
  }
}

async function startWebApp(): Promise<http.Server> {
  const server = http.createServer(serve);
  const sockets = new WebSocketServer({
    server,
    perMessageDeflate: true,
    handleProtocols: ([first]) => first ?? false,
  });
  sockets.on("connection", (socket) => {
    socket.on("message", (data, isBinary) => {
      if (!isBinary && (data as Buffer).toString() === "leave") socket.close(4_002, "as asked");
      else socket.send(data, { binary: isBinary });
    });
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  return server;
}

/** Runs the work with everything up, and takes it down afterwards. */
export async function withStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(path.join(tmpdir(), "hangar-interop-"));
  const [web, grpc, edge] = [await startWebApp(), await startGrpcApp(HOST), await startEdgeRig()];
  try {
    const place = { region: "ams", address4: HOST };
    await edge.apply(
      worldOf(
        1,
        ["iad", "ams"],
        [
          worldMachine({ ...place, id: "web", app: "web", port: (web.address() as AddressInfo).port }),
          worldMachine({ ...place, id: "grpc", app: "grpc", port: grpc.port, h2Backend: true }),
        ],
      ),
    );
    const { port, securePort, authority } = edge;
    const authorityFile = path.join(dir, "authority.pem");
    await writeFile(authorityFile, authority);
    return await work({ port, securePort, authority, authorityFile, dir, pageResult });
  } finally {
    edge.stop();
    grpc.stop();
    web.closeAllConnections();
    web.close();
    await rm(dir, { recursive: true, force: true });
  }
}
