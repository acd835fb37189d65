// One contract for what stands in for fetch, and for fetch itself.
import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HttpFetch, httpFetch } from "../../../src/platform/http-fetch.ts";

let server: http.Server;
let base: string;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    switch (request.url) {
      case "/echo":
        response.setHeader("x-method", request.method ?? "");
        response.setHeader("x-token", request.headers.authorization ?? "");
        response.statusCode = 201;
        request.pipe(response);
        break;
      case "/moved":
        response.writeHead(302, { location: "/echo" }).end();
        break;
      case "/half":
        response.writeHead(200, { "content-length": "10" });
        response.write("half", () => response.destroy());
        break;
      case "/begun":
        response.write("begun");
        break;
      case "/silent":
        break;
      default:
        response.writeHead(404).end("none");
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

const never = new AbortController().signal;

describe.each<[string, HttpFetch]>([
  ["fetch", fetch],
  ["httpFetch", httpFetch],
])("%s", (_name, send) => {
  const ask = (path: string, signal = never) => send(`${base}${path}`, { signal, redirect: "error" });

  test("sends a body and headers, and tells status, headers and text", async () => {
    const answer = await send(`${base}/echo`, {
      ...{ method: "POST", signal: never, redirect: "error", body: '{"name":"Zoë"}' },
      headers: { authorization: "Bearer t", "content-type": "application/json" },
    });
    expect([answer.status, answer.ok]).toEqual([201, true]);
    expect([answer.headers.get("X-Method"), answer.headers.get("x-token")]).toEqual(["POST", "Bearer t"]);
    expect(answer.headers.get("x-none")).toBeNull();
    expect(await answer.text()).toBe('{"name":"Zoë"}');
  });

  test("an answer that is no success is an answer", async () => {
    const answer = await ask("/none");
    expect([answer.status, answer.ok, await answer.text()]).toEqual([404, false, "none"]);
  });

  test("redirections are refused", async () => {
    await expect(ask("/moved")).rejects.toThrow();
  });

  test("where nothing listens, the error says so", async () => {
    const closed = http.createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, "close");
    const error: unknown = await send(`http://127.0.0.1:${port}/`, { signal: never, redirect: "error" }).catch(
      (thrown: unknown) => thrown,
    );
    const { cause } = error as Error;
    expect((cause ?? error) as object).toHaveProperty("code", "ECONNREFUSED");
  });

  test("an answer that breaks off is no answer", async () => {
    const answer = await ask("/half");
    await expect(answer.text()).rejects.toThrow();
  });

  test("the signal ends it with its reason, before the request, before the answer and within it", async () => {
    const reason = new Error("enough");
    await expect(ask("/echo", AbortSignal.abort(reason))).rejects.toBe(reason);

    const waiting = new AbortController();
    const reached = once(server, "request");
    const silent = ask("/silent", waiting.signal);
    await reached;
    waiting.abort(reason);
    await expect(silent).rejects.toBe(reason);

    const reading = new AbortController();
    const begun = await ask("/begun", reading.signal);
    const text = begun.text();
    reading.abort(reason);
    await expect(text).rejects.toBe(reason);
  });

  test("what comes is read as it comes", async () => {
    const reading = new AbortController();
    const begun = await ask("/begun", reading.signal);
    const chunks = begun.body?.[Symbol.asyncIterator]();
    const first = await chunks?.next();
    expect(Buffer.from((first?.value as Uint8Array | undefined) ?? []).toString()).toBe("begun");
    const next = chunks?.next();
    reading.abort(new Error("enough"));
    await expect(next).rejects.toThrow("enough");
  });
});
