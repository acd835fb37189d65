// One run of a health check: a TCP connection or an HTTP request, over TLS or not, from edge's address in the machine's own
// region.
import { type IncomingMessage, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import net from "node:net";
import type { WorldCheck } from "../../../contract/world.ts";

export interface CheckResult {
  readonly passing: boolean;
  /** What a person should read. */
  readonly output: string;
  /** Nothing came back at all, not even a refusal. Absent: something did. */
  readonly silent?: boolean;
}

const SILENT: ReadonlySet<string> = new Set(["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "EHOSTDOWN"]);

/** Whether a connection failed without the machine's having a part in it. */
export function isSilent({ code }: NodeJS.ErrnoException): boolean {
  return SILENT.has(code ?? "");
}

export interface CheckTarget {
  readonly host: string;
  readonly localAddress: string;
}

export type RunCheck = (check: WorldCheck, target: CheckTarget) => Promise<CheckResult>;

/** Never fails: what goes wrong is the result. */
export const runCheck: RunCheck = (check, target) =>
  check.type === "http" ? runHttp(check, target) : runTcp(check, target);

function runTcp({ port, timeoutMs }: WorldCheck, { host, localAddress }: CheckTarget): Promise<CheckResult> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, localAddress });
    const finish = (passing: boolean, output: string, silent = false): void => {
      socket.destroy();
      resolve({ passing, output, silent });
    };
    socket.setTimeout(timeoutMs, () =>
      finish(false, `connect to ${host}:${port} timed out after ${timeoutMs} ms`, true),
    );
    socket.once("connect", () => finish(true, "Success"));
    socket.on("error", (error) => finish(false, error.message, isSilent(error)));
  });
}

/** A 2xx status in time passes; redirects are not followed (statements HC-01 and HC-02). */
function runHttp(
  { port, timeoutMs, method = "GET", path = "/", headers = {}, tls }: WorldCheck,
  { host, localAddress }: CheckTarget,
): Promise<CheckResult> {
  return new Promise((resolve) => {
    const what = `${method} ${tls === undefined ? "http" : "https"}://${host}:${port}${path}`;
    let isConnected = false;
    const finish = (passing: boolean, output: string, silent = false): void => {
      outgoing.destroy();
      resolve({ passing, output, silent: silent && !isConnected });
    };
    const options = {
      host,
      port,
      path,
      method,
      localAddress,
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      headers: { "user-agent": "Hangar/check", ...headers, connection: "close" },
    };
    const answered = ({ statusCode = 0, statusMessage = "" }: IncomingMessage): void =>
      finish(statusCode >= 200 && statusCode < 300, `${what}: ${statusCode} ${statusMessage}`);
    // without a name of its own the certificate has to be the address's
    const name = tls?.serverName === undefined ? {} : { servername: tls.serverName };
    const outgoing =
      tls === undefined
        ? plainRequest(options, answered)
        : tlsRequest({ ...options, ...name, rejectUnauthorized: !tls.skipVerify }, answered);
    outgoing.on("socket", (socket) => socket.once("connect", () => (isConnected = true)));
    outgoing.on("error", (error) => {
      const isLate = error.name === "AbortError" || error.name === "TimeoutError";
      const output = `${what}: ${isLate ? `no answer within ${timeoutMs} ms` : error.message}`;
      finish(false, output, isLate || isSilent(error));
    });
    outgoing.end();
  });
}
