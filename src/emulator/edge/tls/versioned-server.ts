// A port with TLS for many apps, some of which allow one version only (statement PH-03). A handshake's versions are fixed before
// the name is known to Node, so the name is read beforehand, and the connection goes to a server with the versions of that name.
import net from "node:net";
import type tls from "node:tls";
import { serverNameOf } from "./client-hello.ts";
import { createTlsServer, HANDSHAKE_MS, type TlsServerDeps } from "./tls-server.ts";

export interface VersionedServerDeps extends TlsServerDeps {
  /** Whether any app has set versions: only then are first messages looked into. */
  hasVersions(): boolean;
  /** Runs something later, unless the returned function is called before. */
  timer(afterMs: number, run: () => void): () => void;
}

/** A server whose connections come to `opened` after their handshake. */
export function createVersionedTlsServer(
  deps: VersionedServerDeps,
  opened: (socket: tls.TLSSocket) => void,
): net.Server {
  const general = createTlsServer(deps, opened);
  const restricted = new Map<string, net.Server>();
  const serverFor = (name: string): net.Server => {
    const versions = deps.options?.(name)?.versions;
    if (versions === undefined) return general;
    const key = versions.toSorted().join(" ");
    let server = restricted.get(key);
    if (server === undefined) restricted.set(key, (server = createTlsServer({ ...deps, versions }, opened)));
    return server;
  };

  return net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (!deps.hasVersions()) return void general.emit("connection", socket);
    let held = Buffer.alloc(0);
    const giveUp = (): void => void socket.destroy();
    const read = (bytes: Buffer): void => {
      held = Buffer.concat([held, bytes]);
      const name = serverNameOf(held);
      if (name === undefined) return;
      cancel();
      socket.off("data", read).off("end", giveUp).off("error", giveUp).off("close", cancel);
      socket.pause();
      socket.unshift(held);
      serverFor(name).emit("connection", socket);
    };
    // For the whole message, however it trickles in.
    const cancel = deps.timer(HANDSHAKE_MS, giveUp);
    socket.on("data", read).on("end", giveUp).on("error", giveUp).on("close", cancel);
    return undefined;
  });
}
