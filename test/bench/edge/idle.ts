// Clients that have nothing to ask: what a proxy keeps for each of them.
import net from "node:net";
import { HOST } from "./load.ts";
import type { Proxy } from "./stage.ts";

const REQUEST = `GET / HTTP/1.1\r\nhost: ${HOST}\r\n\r\n`;
const OPENED_AT_ONCE = 100;

/** Opens connections that each ask once and then wait. @returns the memory that one of them takes, in KB */
export async function memoryPerIdle(proxy: Proxy, connections: number): Promise<number> {
  const before = proxy.memoryBytes();
  const sockets: net.Socket[] = [];
  try {
    while (sockets.length < connections) {
      const opened = Array.from({ length: Math.min(OPENED_AT_ONCE, connections - sockets.length) }, () => ask(proxy));
      sockets.push(...(await Promise.all(opened)));
    }
    return (proxy.memoryBytes() - before) / 1_024 / connections;
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

function ask({ port }: Proxy): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(REQUEST));
    socket.once("data", () => resolve(socket)).once("error", reject);
    socket.once("close", () => reject(new Error("a proxy closed a connection that had been idle for moments")));
  });
}
