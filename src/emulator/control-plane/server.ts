// The HTTP server in front of the control plane: slow senders are let go of.
import { serve, type ServerType } from "@hono/node-server";
import type { ControlPlane } from "./app.ts";

/** A request's head has to be there after this time, and its body after the next. */
const HEAD_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 1_000;
/** Longer than clients keep an idle connection, so that a request never meets one that is just being closed. */
const KEEP_ALIVE_MS = 65_000;

export interface ServerOptions {
  readonly port: number;
  readonly hostname: string;
  readonly headTimeoutMs?: number;
  readonly requestTimeoutMs?: number;
}

/** Serves until it is closed. */
export function serveControlPlane(
  { fetch, upgrades }: ControlPlane,
  { port, hostname, headTimeoutMs = HEAD_TIMEOUT_MS, requestTimeoutMs = REQUEST_TIMEOUT_MS }: ServerOptions,
): ServerType {
  const server = serve({
    fetch,
    port,
    hostname,
    serverOptions: {
      headersTimeout: headTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(LOOK_EVERY_MS, headTimeoutMs),
    },
  });
  server.on("upgrade", upgrades.handle);
  return server;
}
