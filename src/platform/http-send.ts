// Small requests between the parts of a planet, with the planet's token and a deadline. Not the client of the public API.
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { Readable } from "node:stream";
import { AppError } from "../errors/app-error.ts";

export interface SendOptions {
  readonly method: "GET" | "PUT" | "POST";
  readonly body?: string;
  readonly timeoutMs: number;
}

/** Answers larger than this are cut off: no part of a planet says more. */
const MAX_ANSWER_BYTES = 16 * 1024 * 1024;

/** An answer whose body has not been read yet: whoever gets it reads it, or destroys it. */
export interface OpenAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/**
 * A function that sends one request and gives its status and body.
 * @throws UNREACHABLE when there is no answer before the deadline
 */
export function createHttpSend(token: string) {
  return (url: string, options: SendOptions): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      const fail = failure(url, options, reject);
      const answered = (response: IncomingMessage): void => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_ANSWER_BYTES) response.destroy();
          else chunks.push(chunk);
        });
        response.on("error", fail);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      };
      begin(url, token, options, AbortSignal.timeout(options.timeoutMs), answered).on("error", fail);
    });
}

/**
 * A function that sends one request and gives its answer as soon as it begins. The deadline is for that.
 * @throws UNREACHABLE when no answer begins before the deadline
 */
export function createHttpOpen(token: string) {
  return (url: string, options: SendOptions): Promise<OpenAnswer> =>
    new Promise((resolve, reject) => {
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), options.timeoutMs);
      const fail = failure(url, options, reject);
      const answered = (body: IncomingMessage): void => {
        clearTimeout(timer);
        resolve({ status: body.statusCode ?? 0, headers: body.headers, body });
      };
      begin(url, token, options, deadline.signal, answered).on("error", (cause) => {
        clearTimeout(timer);
        fail(cause);
      });
    });
}

function failure(url: string, { method }: SendOptions, reject: (error: AppError) => void): (cause: unknown) => void {
  return (cause) => reject(new AppError("UNREACHABLE", `${method} ${url} was not answered`, { cause }));
}

function begin(
  url: string,
  token: string,
  { method, body }: SendOptions,
  signal: AbortSignal,
  answered: (response: IncomingMessage) => void,
): ClientRequest {
  const headers = {
    authorization: `Bearer ${token}`,
    ...(body === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
  };
  const outgoing = request(url, { method, headers, signal }, answered);
  outgoing.end(body);
  return outgoing;
}
