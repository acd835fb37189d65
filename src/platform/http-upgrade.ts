// Connections that begin as an HTTP/1.1 request and go on as bytes of their own (RFC 9110, Upgrade): asking for one, and
// the words of an answer to one.
import { request, STATUS_CODES } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { AppError } from "../errors/app-error.ts";

export interface UpgradeOptions {
  readonly protocol: string;
  readonly token: string;
  /** Milliseconds until there has to be an answer. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** Bytes both ways, after the upgrade. */
export type UpgradedSocket = Duplex;

/** The connection, or what the other side answered instead. */
export type UpgradeAnswer =
  | { readonly socket: UpgradedSocket }
  | { readonly socket: undefined; readonly status: number; readonly body: string };

const MAX_REFUSAL_BYTES = 1024 * 1024;

/**
 * Asks for a connection. It may go one way after the other way has ended.
 * @throws UNREACHABLE, DEADLINE, or the signal's reason
 */
export function requestUpgrade(url: string, options: UpgradeOptions): Promise<UpgradeAnswer> {
  const { protocol, token, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const outgoing = request(url, {
      headers: { authorization: `Bearer ${token}`, connection: "Upgrade", upgrade: protocol },
      createConnection: () => connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true }),
    });
    const fail = (error: unknown): void => {
      settle();
      outgoing.destroy();
      reject(error instanceof Error ? error : new Error(String(error)));
    };
    const onAbort = (): void => fail(signal?.reason);
    const late = setTimeout(
      () => fail(new AppError("DEADLINE", `${new URL(url).host} did not answer within ${timeoutMs / 1_000} s`)),
      timeoutMs,
    );
    const settle = (): void => {
      clearTimeout(late);
      signal?.removeEventListener("abort", onAbort);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    outgoing.on("error", (cause) =>
      fail(new AppError("UNREACHABLE", `${new URL(url).host} does not answer`, { cause })),
    );
    outgoing.on("upgrade", (_response, socket, head) => {
      settle();
      if (head.length > 0) socket.unshift(head);
      resolve({ socket });
    });
    outgoing.on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size <= MAX_REFUSAL_BYTES) chunks.push(chunk);
      });
      response.on("error", fail);
      response.on("end", () => {
        settle();
        resolve({ socket: undefined, status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() });
      });
    });
    outgoing.end();
  });
}

/** Says yes; what follows is the protocol's. */
export function acceptUpgrade(socket: Duplex, protocol: string): void {
  socket.write(`HTTP/1.1 101 ${STATUS_CODES[101]}\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
}

/** Says no, as an ordinary answer, and closes. */
export function refuseUpgrade(socket: Duplex, status: number, body: string): void {
  socket.on("error", () => undefined);
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Error"}`,
      "Connection: close",
      "Content-Type: application/json",
      `Content-Length: ${Buffer.byteLength(body)}`,
      "",
      body,
    ].join("\r\n"),
  );
}
