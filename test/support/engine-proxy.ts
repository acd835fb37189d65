// A way to the machine's engine that tells what is asked of it, and that can be cut.
import { rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { waitUntil } from "../../src/platform/clock.ts";

/** Characters of requests that are looked at. */
const KEPT = 65_536;

export interface EngineProxy {
  readonly socketPath: string;
  /** The connections that are open. */
  readonly connections: ReadonlySet<Socket>;
  /** Resolves when a request with this text is made from now on; for one at a time. */
  nextRequest(text: string): Promise<void>;
  /** Cuts every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** @param name that no other proxy of this process has */
export async function startEngineProxy(name: string): Promise<EngineProxy> {
  const socketPath = path.join(tmpdir(), `hangar-${name}-${process.pid}.sock`);
  const connections = new Set<Socket>();
  let heard = "";
  const server = createServer((client) => {
    const engine = connect("/var/run/docker.sock");
    connections.add(client);
    client.once("close", () => {
      connections.delete(client);
      engine.destroy();
    });
    engine.once("close", () => client.destroy());
    for (const socket of [client, engine]) socket.on("error", () => socket.destroy());
    client.on("data", (bytes) => (heard = (heard + bytes.toString("latin1")).slice(-KEPT)));
    client.pipe(engine).pipe(client);
  });
  const cut = (): void => {
    for (const connection of connections) connection.destroy();
  };
  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    socketPath,
    connections,
    nextRequest: async (text) => {
      heard = "";
      const probe = (): true | undefined => (heard.includes(text) ? true : undefined);
      await waitUntil(probe, { what: `a request with "${text}"`, deadlineMs: 30_000, intervalMs: 10 });
    },
    cut,
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
      rmSync(socketPath, { force: true });
    },
  };
}
