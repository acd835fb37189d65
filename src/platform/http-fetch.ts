// The part of fetch that the client of an API needs, over node:http. The real one brings an HTTP client of its own, web
// streams and a parser in WebAssembly, which every command that asks a planet something would load for 60 ms.
import http, { type IncomingMessage } from "node:http";

export interface HttpQuestion {
  /** Absent: GET. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the request, and the reading of its answer, with the signal's reason. */
  readonly signal: AbortSignal;
  /** Redirections are not followed. */
  readonly redirect: "error";
}

export interface HttpAnswer {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
}

export type HttpFetch = (url: string, question: HttpQuestion) => Promise<HttpAnswer>;

/** Asks a server that speaks plain HTTP. Connections are kept for further requests, and keep no process alive. */
export const httpFetch: HttpFetch = (url, { method = "GET", headers = {}, body, signal }) =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const request = http.request(url, { method, headers: { ...headers, ...length } });
    let message: IncomingMessage | undefined;
    const abort = (): void => void (message ?? request).destroy(signal.reason as Error);
    const heed = (): void => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.on("error", (error) => {
      heed();
      reject(error);
    });
    request.once("response", (response) => {
      message = response;
      response.once("close", heed);
      // Whoever reads hears of it; where nobody does, it is nobody's business.
      response.on("error", () => undefined);
      const { statusCode: status = 0 } = response;
      if (status < 300 || status >= 400) return resolve(answerOf(response, status));
      response.destroy();
      return reject(new Error(`${url} answers with a redirection (${status})`));
    });
    request.end(body);
  });

function answerOf(response: IncomingMessage, status: number): HttpAnswer {
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: {
      get: (name) => {
        const value = response.headers[name.toLowerCase()];
        return Array.isArray(value) ? value.join(", ") : (value ?? null);
      },
    },
    body: response,
    text: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of response as AsyncIterable<Uint8Array>) chunks.push(chunk);
      return Buffer.concat(chunks).toString("utf8");
    },
  };
}
