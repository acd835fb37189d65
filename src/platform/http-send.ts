// Small requests between the parts of a planet, with the planet's token and a deadline. Not the client of the public API.
import { request } from "node:http";
import { AppError } from "../errors/app-error.ts";

export interface SendOptions {
  readonly method: "GET" | "PUT" | "POST";
  readonly body?: string;
  readonly timeoutMs: number;
}

/** Answers larger than this are cut off: no part of a planet says more. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/**
 * A function that sends one request and gives its status and body.
 * @throws UNREACHABLE when there is no answer before the deadline
 */
export function createHttpSend(token: string) {
  return (url: string, { method, body, timeoutMs }: SendOptions): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const fail = (cause: unknown): void =>
        reject(new AppError("UNREACHABLE", `${method} ${url} was not answered`, { cause }));
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      };
      const outgoing = request(url, { method, headers, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) response.destroy();
          else chunks.push(chunk);
        });
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      });
      outgoing.on("error", fail);
      outgoing.end(body);
    });
}
