// A port that clients connect to: makes a ClientConnection of each, keeps track of them, and enforces their limits.
import net from "node:net";
import { AppError } from "../../../errors/app-error.ts";
import { ClientConnection } from "./client-connection.ts";
import type { ClientDeps, ClientPolicy } from "./client-policy.ts";
import type { Conn, ConnListener } from "./conn.ts";
import { acceptedConn } from "./net-conn.ts";

/** Bounds the memory that connections which do nothing can take: about 15 KB each. */
const MAX_CONNECTIONS = 10_000;
/** Of these, so many make room at once for new ones: looking for them takes a while. */
const SHARE_THAT_GOES = 1 / 16;
const BACKLOG = 4_096;

export interface Listener {
  /** @throws PORT_TAKEN, PLANET_START_FAILED */
  listen(host: string, port: number): Promise<void>;
  /** The port it listens on. */
  port(): number;
  /** Enforces time limits; called now and then. */
  sweep(): void;
  /** Accepts nothing more, closes idle connections, and resolves when the last request is answered. */
  drain(): Promise<void>;
  /** Closes everything at once. */
  close(): void;
}

/** Takes up a connection that is open: the Conn that `open` makes for its listener. `begin` is called when all is set. */
export type Adopt = <C extends Conn>(open: (listener: ConnListener) => C, begin?: (conn: C) => void) => void;

/** What a port speaks beneath HTTP/1.1. Connections that are ready come to `adopt`. */
export type Transport = (adopt: Adopt) => net.Server;

/** TCP, and nothing else. */
export const plainTransport: Transport = (adopt) =>
  net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    adopt((connection) => acceptedConn(socket, connection)),
  );

export interface ListenerPolicy extends Omit<ClientPolicy, "closed"> {
  /** When there are so many, those make room that have kept us waiting longest. Absent: 10,000. */
  readonly maxConnections?: number | undefined;
}

export function createListener(policy: ListenerPolicy, deps: ClientDeps, transport: Transport): Listener {
  const { maxConnections = MAX_CONNECTIONS } = policy;
  const connections = new Set<ClientConnection>();
  let drained: (() => void) | undefined;
  let isOver = false;
  const closed = (connection: ClientConnection): void => {
    connections.delete(connection);
    if (connections.size === 0) drained?.();
  };
  const whole: ClientPolicy = { ...policy, closed };
  const server = transport((open, begin) => {
    const connection = new ClientConnection(whole, deps);
    const conn = open(connection);
    connection.attach(conn);
    // Whose handshake ends now would be served by a port that nobody looks after any more.
    if (isOver) return connection.destroy();
    if (connections.size >= maxConnections) makeRoom(connections, Math.ceil(maxConnections * SHARE_THAT_GOES));
    if (connections.size >= maxConnections) return connection.destroy();
    connections.add(connection);
    begin?.(conn);
  });
  // Those that are not ready for requests yet count here.
  server.maxConnections = 2 * maxConnections;

  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once("error", (cause: NodeJS.ErrnoException) => {
          const code = cause.code === "EADDRINUSE" ? "PORT_TAKEN" : "PLANET_START_FAILED";
          reject(new AppError(code, `edge cannot listen on ${host}:${port}`, { cause }));
        });
        server.listen({ host, port, backlog: BACKLOG }, () => {
          // A failed accept (no file descriptors left) concerns one connection, not the listener.
          server.on("error", () => undefined);
          resolve();
        });
      }),
    port: () => (server.address() as net.AddressInfo).port,
    sweep: () => {
      for (const connection of [...connections]) connection.sweep();
    },
    drain: () =>
      new Promise((resolve) => {
        drained = resolve;
        isOver = true;
        server.close();
        for (const connection of [...connections]) connection.drain();
        if (connections.size === 0) resolve();
      }),
    close: () => {
      isOver = true;
      if (server.listening) server.close();
      for (const connection of [...connections]) connection.destroy();
    },
  };
}

/** Destroys those that have kept us waiting longest, so that a flood of them shuts nobody out. */
function makeRoom(connections: ReadonlySet<ClientConnection>, count: number): void {
  const waiting = [...connections].filter(({ waitingSinceMs }) => waitingSinceMs !== undefined);
  waiting.sort((a, b) => a.waitingSinceMs! - b.waitingSinceMs!);
  for (const connection of waiting.slice(0, count)) connection.destroy();
}
