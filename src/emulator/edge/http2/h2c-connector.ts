// Connections to apps that speak HTTP/2 in the clear: one session for each address, shared by all requests to it.
import http2, { type ClientHttp2Session } from "node:http2";
import net from "node:net";
import type { ConnectFailure, Connector, Endpoint } from "../http1/conn.ts";
import { Head } from "../http1/head.ts";
import { connectFailureOf } from "../http1/net-conn.ts";
import { H2cConn } from "./h2c-conn.ts";

/** As long as connections to other machines are kept (LB-11). */
const IDLE_MS = 4_000;
/**
 * What a request had not sent yet when it was given up counts against its session's memory (maxSessionMemory) for as long as
 * the session lives; beyond that, Node.js gives up every answer. Long before, requests get another session.
 */
const SPENT_BYTES = 8_000_000;
const BOUNDS = {
  maxSessionMemory: 32,
  // What of a request's fields makes no sense twice is for the app to say.
  strictSingleValueFields: false,
  settings: { enablePush: false, initialWindowSize: 1_048_576 },
} as const;

interface Session {
  readonly http2: ClientHttp2Session;
  readonly conns: Set<H2cConn>;
  /** Called with undefined when the far end has shown itself to speak HTTP/2. */
  readonly waiting: Set<(failure: ConnectFailure | undefined) => void>;
  ready: boolean;
  /** All that has come from the far end, whatever it was. */
  heardBytes(): number;
  /** A connection was given up, or has served its request. @param heardBytes when it was opened */
  ended(conn: H2cConn, heardBytes: number): void;
}

export interface H2cConnector extends Connector {
  close(): void;
}

/** @param timer runs something later, unless the returned function is called before */
export function createH2cConnector(timer: (afterMs: number, run: () => void) => () => void): H2cConnector {
  const sessions = new Map<string, Session>();
  const head = new Head();

  const open = (key: string, { host, port, localAddress }: Endpoint): Session => {
    const socket = net.connect({ host, port, localAddress, noDelay: true });
    const client = http2.connect(`http://${host.includes(":") ? `[${host}]` : host}:${port}`, {
      ...BOUNDS,
      createConnection: () => socket,
    });
    const session: Session = {
      ...{ http2: client, conns: new Set(), waiting: new Set(), ready: false },
      heardBytes: () => socket.bytesRead,
      ended(conn, heardBytes) {
        session.conns.delete(conn);
        spentBytes += conn.unsentBytes;
        // Nothing at all has come since a request that is given up now: the far end may be cut off. The next request finds out.
        const isSilent = conn.isUnanswered && heardBytes === socket.bytesRead;
        // Without requests for a while, it closes by itself.
        if (isSilent || spentBytes > SPENT_BYTES) forget();
      },
    };
    let spentBytes = 0;
    let failure: ConnectFailure = "unreachable";
    let connected = false;
    const forget = (): void => {
      if (sessions.get(key) === session) sessions.delete(key);
    };
    const settle = (outcome: ConnectFailure | undefined): void => {
      const waiting = [...session.waiting];
      session.waiting.clear();
      for (const told of waiting) told(outcome);
    };
    socket.once("connect", () => {
      connected = true;
    });
    client.once("remoteSettings", () => {
      session.ready = true;
      settle(undefined);
    });
    client.on("error", (error: NodeJS.ErrnoException) => {
      failure = connected ? "handshake" : connectFailureOf(error.code);
    });
    client.on("goaway", forget);
    client.once("close", () => {
      forget();
      settle(connected ? "handshake" : failure);
      for (const conn of session.conns) conn.lost();
    });
    client.setTimeout(IDLE_MS, () => {
      forget();
      client.close();
    });
    sessions.set(key, session);
    return session;
  };

  return {
    connect(endpoint, timeoutMs, listener, outcome) {
      const key = `${endpoint.localAddress} ${endpoint.host}:${endpoint.port}`;
      const known = sessions.get(key);
      const session =
        known !== undefined && !known.http2.closed && !known.http2.destroyed ? known : open(key, endpoint);
      let cancelled = false;
      const told = (failure: ConnectFailure | undefined): void => {
        stopClock();
        session.waiting.delete(told);
        if (cancelled) return;
        cancelled = true;
        if (failure !== undefined) return outcome.failed(failure);
        const heardBytes = session.heardBytes();
        const ended = (one: H2cConn): void => session.ended(one, heardBytes);
        const conn = new H2cConn(session.http2, endpoint.host, head, listener, ended);
        session.conns.add(conn);
        return outcome.opened(conn);
      };
      const stopClock = timer(timeoutMs, () => told("timeout"));
      // Callers are told after they have this function's result, also where the session is there already.
      if (session.ready) queueMicrotask(() => told(session.http2.destroyed ? "reset" : undefined));
      else session.waiting.add(told);
      return {
        cancel: () => {
          cancelled = true;
          stopClock();
          session.waiting.delete(told);
        },
      };
    },
    close() {
      for (const { http2: client } of sessions.values()) client.destroy();
      sessions.clear();
    },
  };
}
