import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type TimedRequest, timedRequest } from "../../../src/platform/timed-request.ts";

const servers: Server[] = [];

/** A server that calls back with what came, once the end of the request's head is there. */
async function requestTo(answer: (socket: Socket, received: string) => void): Promise<TimedRequest> {
  const server = createServer((socket) => {
    let received = "";
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (received.includes("\r\n\r\n")) answer(socket, received);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: "127.0.0.1",
    port,
    method: "GET",
    path: "/x?y",
    headers: [["host", "my-app.localhost"]],
    timeoutMs: 5_000,
    keepBytes: 100,
  };
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe("timedRequest", () => {
  test("sends the request in one piece and orders the moments", async () => {
    let received = "";
    const request = await requestTo((socket, text) => {
      received = text;
      socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n", () => setImmediate(() => socket.write("ok")));
    });
    const response = await timedRequest({ ...request, method: "POST", body: "a=ä" });
    expect(received).toBe(
      "POST /x?y HTTP/1.1\r\nhost: my-app.localhost\r\ncontent-length: 4\r\nconnection: close\r\n\r\na=\u00c3\u00a4",
    );
    expect(response).toMatchObject({ status: 200, body: Buffer.from("ok") });
    expect(response.connectMs).toBeGreaterThan(0);
    expect(response.firstByteMs).toBeGreaterThanOrEqual(response.connectMs);
    expect(response.totalMs).toBeGreaterThanOrEqual(response.firstByteMs);
  });

  test("ends with the connection where no length is given", async () => {
    const request = await requestTo((socket) => socket.end("HTTP/1.1 200 OK\r\n\r\nall"));
    expect((await timedRequest(request)).body.toString()).toBe("all");
  });

  test("is UNREACHABLE when nothing listens", async () => {
    const request = await requestTo(() => {});
    await new Promise((resolve) => servers.splice(0)[0]?.close(resolve));
    await expect(timedRequest(request)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  test("is UNREACHABLE when the connection ends before a response", async () => {
    const request = await requestTo((socket) => socket.end());
    await expect(timedRequest(request)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  test("is DEADLINE when no response comes in time", async () => {
    const request = await requestTo(() => {});
    await expect(timedRequest({ ...request, timeoutMs: 20 })).rejects.toMatchObject({ code: "DEADLINE" });
  });

  test("ends with the signal's reason", async () => {
    const controller = new AbortController();
    const request = await requestTo(() => controller.abort(new TypeError("enough")));
    await expect(timedRequest({ ...request, signal: controller.signal })).rejects.toThrow("enough");
    await expect(timedRequest({ ...request, signal: controller.signal })).rejects.toThrow("enough");
  });
});
