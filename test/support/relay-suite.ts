// The app of relay tests: each path answers in another of the ways that HTTP/1.1 knows. Set up once per file, with an edge in
// front of it.
import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll } from "vitest";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "./edge-rig.ts";
import { type Received, startEchoMachine, type TestMachine } from "./raw-machine.ts";
import { type RawAnswer, responses, sendRaw } from "./raw-http.ts";

/** Straight to the machine's region, and across the backhaul from another one, where every request passes two relays. */
export const ENTRIES = [
  ["straight to the machine", "ams"],
  ["across the backhaul", "iad"],
] as const;

export interface RelaySuite {
  port(): number;
  machine(): TestMachine;
  /** Responses to /big so far. */
  readonly bigResponses: http.ServerResponse[];
}

/** Call it at the top of a file's tests. */
export function useRelay(): RelaySuite {
  const bigResponses: http.ServerResponse[] = [];
  let machine: TestMachine;
  let edge: EdgeRig;
  beforeAll(async () => {
    machine = await startEchoMachine("127.0.1.2", (request, response) => handle(request, response, bigResponses));
    edge = await startEdgeRig();
    await edge.apply(
      worldOf(
        1,
        ["ams", "iad"],
        [worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port })],
      ),
    );
  });
  afterAll(async () => {
    edge.stop();
    await machine.stop();
  });
  return { bigResponses, port: () => edge.port, machine: () => machine };
}

export interface Sent {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What a client in a region sends. */
export interface RelayClient {
  readonly host: string;
  /** The text of a GET with more field lines. */
  get(path: string, more?: string): string;
  /** Sends bytes, until that many responses are there. */
  raw(pieces: readonly string[], count: number): Promise<RawAnswer>;
  /** Sends a request with node:http. */
  send(options: http.RequestOptions, write?: (request: http.ClientRequest) => void): Promise<Sent>;
}

export function relayClient(region: string, port: () => number): RelayClient {
  const host = `${region}.my-app.localhost`;
  return {
    host,
    get: (path, more = "") => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`,
    raw: (pieces, count) => sendRaw({ port: port(), pieces, until: responses(count) }),
    send: (options, write = (request) => void request.end()) =>
      new Promise((resolve, reject) => {
        const headers = { host, ...(options.headers as http.OutgoingHttpHeaders) };
        const request = http.request(
          { port: port(), host: "127.0.0.1", agent: false, ...options, headers },
          (response) => {
            const chunks: Buffer[] = [];
            response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
            response.on("end", () =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
            );
          },
        );
        request.on("error", reject);
        write(request);
      }),
  };
}

/** What the app says that it received. */
export function receivedOf(text: string): Received {
  return JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4)) as Received;
}

function handle(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  bigResponses: http.ServerResponse[],
): boolean {
  switch (request.url) {
    case "/chunked":
      void (async () => {
        for (let i = 0; i < 50; i += 1) {
          response.write("z".repeat(1 + i * 37));
          if (i % 10 === 0) await delay(1);
        }
        response.end();
      })();
      return true;
    case "/empty":
      response.writeHead(204).end();
      return true;
    case "/not-modified":
      response.writeHead(304, { etag: '"1"' }).end();
      return true;
    case "/until-close":
      request.socket.end("HTTP/1.1 200 OK\r\n\r\nuntil the end");
      return true;
    case "/hints":
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.end("hinted");
      return true;
    case "/big":
      bigResponses.push(response);
      response.end(Buffer.alloc(20_000_000, "q"));
      return true;
    case "/fields":
      response.writeHead(200, {
        server: "app/1",
        via: "1.1 inner",
        "fly-request-id": "spoofed",
        connection: "x-private",
        "x-private": "1",
        "x-kept": "1",
        "hangar-trace": "spoofed",
      });
      response.end("ok");
      return true;
    case "/refuse-upload":
      response.writeHead(413, { "content-length": 0 }).end();
      return true;
    default:
      return false;
  }
}
