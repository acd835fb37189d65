// The two ways to speak TCP: node:net, which is public, and libuv's handles below it, which cost less. The relay does not
// know which one it has.
import net, { isIPv4 } from "node:net";
import { getSystemErrorName } from "node:util";
import type { Connector } from "./conn.ts";
import { EventTimes } from "./event-times.ts";
import { createHandleConns } from "./handle-conn.ts";
import { type Handles, openHandles } from "./libuv-handles.ts";
import { plainTransport, type Transport } from "./listener.ts";
import { connectFailureOf, netConnector } from "./net-conn.ts";

export interface Sockets {
  readonly kind: "public" | "handles";
  readonly connector: Connector;
  /** Of plain ports. */
  readonly transport: Transport;
  /** The same clock, looked at no more often than is needed by what these sockets call. */
  clock(nowMs: () => number): () => number;
}

export const publicSockets: Sockets = {
  kind: "public",
  connector: netConnector,
  transport: plainTransport,
  clock: (nowMs) => nowMs,
};

export interface HandleSocketsDeps {
  timer(afterMs: number, run: () => void): () => void;
  readonly handles?: Handles;
}

/** @throws PLANET_START_FAILED as openHandles */
export function createHandleSockets({ timer, handles = openHandles() }: HandleSocketsDeps): Sockets {
  const times = new EventTimes();
  const { open } = createHandleConns(handles, queueMicrotask, times);
  const connector: Connector = {
    connect(endpoint, timeoutMs, listener, outcome) {
      const { host, port, localAddress } = endpoint;
      if (!isIPv4(host) || !isIPv4(localAddress)) return netConnector.connect(endpoint, timeoutMs, listener, outcome);
      const handle = handles.connection();
      let settled = false;
      const settle = (): boolean => {
        if (settled) return false;
        settled = true;
        cancelTimer();
        return true;
      };
      const fail = (status: number | undefined): void => {
        if (!settle()) return;
        handle.close();
        outcome.failed(status === undefined ? "timeout" : connectFailureOf(getSystemErrorName(status)));
      };
      const cancelTimer = timer(timeoutMs, () => fail(undefined));
      const request = handles.connectRequest();
      request.oncomplete = (status) => {
        if (status < 0) fail(status);
        else if (settle()) outcome.opened(open(handle, listener));
      };
      const error = handle.bind(localAddress, 0) || handle.connect(request, host, port);
      if (error !== 0) queueMicrotask(() => fail(error));
      return {
        cancel: () => {
          if (settle()) handle.close();
        },
      };
    },
  };

  return {
    kind: "handles",
    clock: (nowMs) => times.clock(nowMs),
    connector,
    transport: (adopt) => {
      const server = net.createServer();
      server.on("listening", () =>
        handles.takeHandles(server, (handle) => adopt((connection) => open(handle, connection))),
      );
      return server;
    },
  };
}
