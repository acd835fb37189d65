import { resolve6 } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

// One chat room. Each machine has its own connections; what is said on one goes to all others over the private network.

const { FLY_APP_NAME, FLY_PRIVATE_IP, FLY_REGION = "local", FLY_MACHINE_ID = "local" } = process.env;
const port = Number(process.env.PORT ?? 8080);
const MAX_MESSAGE_BYTES = 2_000;
const PING_MS = 30_000;
const page = readFileSync(new URL("page.html", import.meta.url));

const server = createServer(async (request, response) => {
  const path = request.url.split("?")[0];
  if (path === "/health") return response.end("ok");
  if (path === "/relay" && request.method === "POST" && isPeer(request)) return takeFromPeer(request, response);
  if (path !== "/") return response.writeHead(404).end("not found\n");
  response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
});
const sockets = new WebSocketServer({ server, path: "/chat", maxPayload: MAX_MESSAGE_BYTES });

/** Only machines of the private network, and not through the edge, may speak for others. */
function isPeer(request) {
  return request.headers["fly-request-id"] === undefined && /^fd/i.test(request.socket.remoteAddress ?? "");
}

async function takeFromPeer(request, response) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > 10_000) return response.writeHead(413).end();
    chunks.push(chunk);
  }
  sayHere(Buffer.concat(chunks).toString("utf8"));
  response.writeHead(204).end();
}

/** To everybody who is connected to this machine. */
function sayHere(message) {
  for (const socket of sockets.clients) if (socket.readyState === socket.OPEN) socket.send(message);
}

/** To everybody: here, and by the other machines of the app. */
async function say(text) {
  const message = JSON.stringify({ text, region: FLY_REGION, machine: FLY_MACHINE_ID, at: new Date().toISOString() });
  sayHere(message);
  if (FLY_APP_NAME === undefined) return;
  const addresses = await resolve6(`${FLY_APP_NAME}.internal`).catch(() => []);
  const peers = addresses.filter((address) => address !== FLY_PRIVATE_IP);
  await Promise.allSettled(
    peers.map((address) => fetch(`http://[${address}]:${port}/relay`, { method: "POST", body: message, signal: AbortSignal.timeout(5_000) })),
  );
}

sockets.on("connection", (socket) => {
  socket.isAlive = true;
  socket.on("pong", () => (socket.isAlive = true));
  socket.on("error", () => socket.terminate());
  socket.on("message", (data) => void say(String(data)));
  socket.send(JSON.stringify({ text: `connected to ${FLY_MACHINE_ID} in ${FLY_REGION}`, region: FLY_REGION, machine: FLY_MACHINE_ID }));
});

setInterval(() => {
  for (const socket of sockets.clients) {
    if (!socket.isAlive) socket.terminate();
    socket.isAlive = false;
    socket.ping();
  }
}, PING_MS).unref();

server.listen(port, () => console.log(`listening on port ${port}`));

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => {
    console.log(`${signal}: closing connections`);
    for (const socket of sockets.clients) socket.close(1001);
    server.close(() => process.exit(0));
  });
}
