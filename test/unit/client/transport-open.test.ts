import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTransport } from "../../../src/client/machines/transport.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { type HttpFetch, httpFetch } from "../../../src/platform/http-fetch.ts";

let server: http.Server;
let baseUrl: string;

beforeAll(async () => {
  server = http.createServer((request, response) => {
    const breaks = request.url === "/breaks";
    response.write("a line\n", () => {
      if (breaks) response.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

describe.each<[string, HttpFetch]>([
  ["fetch", fetch],
  ["httpFetch", httpFetch],
])("an answer that is read as it comes, by %s", (_name, send) => {
  const open = (path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> =>
    createTransport({ baseUrl, token: "t", fetch: send, clock: systemClock }).open({ path }, signal);
  const read = async (bytes: AsyncIterable<Uint8Array>, each: () => void): Promise<void> => {
    for await (const chunk of bytes) if (chunk.length > 0) each();
  };

  test("is UNREACHABLE where it breaks off", async () => {
    const bytes = await open("/breaks", new AbortController().signal);
    await expect(read(bytes, () => undefined)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  test("ends with the signal's reason", async () => {
    const over = new AbortController();
    const bytes = await open("/lasts", over.signal);
    const reason = new Error("enough");
    await expect(read(bytes, () => over.abort(reason))).rejects.toBe(reason);
  });
});
