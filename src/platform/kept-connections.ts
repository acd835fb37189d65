// HTTP/1.1 requests over connections that are kept from one to the next, as many at once as there are. For loads: what a
// response says is dropped, its end is waited for.
import http from "node:http";
import https from "node:https";
import { AppError } from "../errors/app-error.ts";
import type { TimedRequest } from "./timed-request.ts";

export type KeptRequest = Pick<TimedRequest, "method" | "path" | "headers" | "body" | "timeoutMs">;

export interface KeptResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

export interface KeptConnections {
  /**
   * Resolves with the last byte of the response.
   * @throws UNREACHABLE nothing listens, the connection broke, or what came is no response; DEADLINE
   */
  send(request: KeptRequest): Promise<KeptResponse>;
  /** Ends everything, also what is under way. */
  close(): void;
}

/** Below what processes may open without being asked. Further requests wait, and their time-out runs. */
const MAX_CONNECTIONS = 900;
/** Shorter than any server keeps its side: a connection is not used just when it is being closed. */
const IDLE_MS = 4_000;

/** Connections to one address. @param place TLS as in TimedRequest */
export function keepConnections({
  address,
  port,
  tls,
}: Pick<TimedRequest, "address" | "port" | "tls">): KeptConnections {
  // The one that was used last is used next, so that no more are kept open than are needed.
  const options = { keepAlive: true, maxSockets: MAX_CONNECTIONS, scheduling: "lifo", timeout: IDLE_MS } as const;
  const agent = tls === undefined ? new http.Agent(options) : new https.Agent({ ...options, ...tls });
  const { request: open } = tls === undefined ? http : https;
  const underWay = new Set<http.ClientRequest>();

  const attempt = (request: KeptRequest, startedAtMs: number): Promise<KeptResponse> =>
    new Promise((resolve, reject) => {
      const { method, path, body } = request;
      const headers = request.headers.flat();
      if (body !== undefined) headers.push("content-length", String(Buffer.byteLength(body)));
      const outgoing = open({ agent, host: address, port, method, path, headers, setHost: false });
      const leftMs = Math.max(1, request.timeoutMs - (performance.now() - startedAtMs));
      let answered = false;
      let late = false;
      const deadline = setTimeout(() => {
        late = true;
        outgoing.destroy();
        fail();
      }, leftMs);
      const release = (): void => {
        clearTimeout(deadline);
        underWay.delete(outgoing);
      };
      const fail = (cause?: Error): void => {
        release();
        // The far end closed a kept connection just when it was taken: once more, on another.
        if (!late && !answered && outgoing.reusedSocket && isReset(cause) && isRepeatable(method))
          return resolve(attempt(request, startedAtMs));
        reject(
          late
            ? new AppError("DEADLINE", `${address}:${port} did not answer within ${request.timeoutMs / 1_000} s`)
            : new AppError("UNREACHABLE", `${address}:${port} does not answer`, { cause }),
        );
        return undefined;
      };
      underWay.add(outgoing);
      outgoing.on("error", fail);
      outgoing.on("response", (response) => {
        answered = true;
        response.on("error", fail);
        response.on("end", () => {
          release();
          resolve({ status: response.statusCode ?? 0, headers: response.headers as KeptResponse["headers"] });
        });
        response.resume();
      });
      outgoing.end(body);
    });

  return {
    send: (request) => attempt(request, performance.now()),
    close: () => {
      for (const outgoing of underWay) outgoing.destroy();
      agent.destroy();
    },
  };
}

function isReset(error: (Error & { readonly code?: string }) | undefined): boolean {
  return error?.code === "ECONNRESET" || error?.code === "EPIPE";
}

function isRepeatable(method: string): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}
