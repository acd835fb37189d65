// One HTTP/1.1 request over a connection of its own, with the moments that a user would notice. Parses nothing between
// the start and the first byte, and knows nothing of planets.
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { performance } from "node:perf_hooks";
import { AppError } from "../errors/app-error.ts";
import { createResponseReader, type ResponseHead } from "./http-response.ts";

export interface TimedRequest {
  /** An IP address: names are not looked up. */
  readonly address: string;
  readonly port: number;
  readonly method: string;
  /** As in the request line. */
  readonly path: string;
  /** With Host; content-length and connection are added. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: string | undefined;
  readonly timeoutMs: number;
  /** How much of the response's body to keep. */
  readonly keepBytes: number;
  /** Speak TLS as that server, trusting this authority (PEM). */
  readonly tls?: { readonly servername: string; readonly ca: string } | undefined;
  readonly signal?: AbortSignal;
}

export interface TimedResponse extends ResponseHead {
  readonly body: Buffer;
  /** Milliseconds from the start of the request to the open connection, the response's first byte and its last. */
  readonly connectMs: number;
  /** How long the TLS handshake took; 0 without TLS. */
  readonly tlsMs: number;
  readonly firstByteMs: number;
  readonly totalMs: number;
}

/**
 * Sends a request and times its response.
 * @throws UNREACHABLE nothing listens, or what came is no response; DEADLINE; the signal's reason
 */
export async function timedRequest(request: TimedRequest): Promise<TimedResponse> {
  const { address, port, method, signal, timeoutMs, tls } = request;
  signal?.throwIfAborted();
  const bytes = requestBytes(request);
  const reader = createResponseReader(method, request.keepBytes);
  return new Promise((resolve, reject) => {
    let connectedAt = 0;
    let encryptedAt = 0;
    let firstByteAt = 0;
    const startedAt = performance.now();
    const socket = connect({ host: address, port, noDelay: true });
    socket.once("connect", () => {
      connectedAt = performance.now();
    });
    const stream = tls === undefined ? socket : connectTls({ socket, ...tls, ALPNProtocols: ["http/1.1"] });
    stream.write(bytes);
    stream.once("secureConnect", () => {
      encryptedAt = performance.now();
    });
    stream.on("data", (chunk) => {
      const at = performance.now();
      if (firstByteAt === 0) firstByteAt = at;
      attempt(() => {
        if (reader.push(chunk)) succeed(at);
      });
    });
    stream.once("end", () =>
      attempt(() => {
        const at = performance.now();
        reader.end();
        succeed(at);
      }),
    );
    const unreachable = (cause: Error): void => {
      const what =
        connectedAt > 0 && encryptedAt === 0 && tls !== undefined ? "refuses to speak TLS" : "does not answer";
      fail(new AppError("UNREACHABLE", `${address}:${port} ${what}`, { cause }));
    };
    socket.on("error", unreachable);
    if (stream !== socket) stream.on("error", unreachable);
    const deadline = setTimeout(
      () => fail(new AppError("DEADLINE", `${address}:${port} did not answer within ${timeoutMs / 1_000} s`)),
      timeoutMs,
    );
    const aborted = (): void => fail(signal?.reason);
    signal?.addEventListener("abort", aborted, { once: true });

    const release = (): void => {
      clearTimeout(deadline);
      signal?.removeEventListener("abort", aborted);
      stream.destroy();
      socket.destroy();
    };
    const fail = (reason: unknown): void => {
      release();
      reject(reason);
    };
    const attempt = (work: () => void): void => {
      try {
        work();
      } catch (error) {
        fail(error);
      }
    };
    const succeed = (endedAt: number): void => {
      const head = reader.head();
      release();
      if (head === undefined) return;
      resolve({
        ...head,
        body: reader.body(),
        connectMs: connectedAt - startedAt,
        tlsMs: encryptedAt === 0 ? 0 : encryptedAt - connectedAt,
        firstByteMs: firstByteAt - startedAt,
        totalMs: endedAt - startedAt,
      });
    };
  });
}

function requestBytes({ method, path, headers, body }: TimedRequest): Buffer {
  const lines = [`${method} ${path} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (body !== undefined) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  lines.push("connection: close", "", "");
  // Header values are bytes of latin1 on the wire, bodies are UTF-8.
  return Buffer.concat([Buffer.from(lines.join("\r\n"), "latin1"), Buffer.from(body ?? "", "utf8")]);
}
