import http from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type KeptConnections, keepConnections, type KeptRequest } from "../../../src/platform/kept-connections.ts";

const closing: (() => void)[] = [];
const request: KeptRequest = { method: "GET", path: "/", headers: [["host", "a"]], body: undefined, timeoutMs: 2_000 };

async function connectionsTo(handle: http.RequestListener): Promise<{ kept: KeptConnections; sockets: () => number }> {
  let accepted = 0;
  const server = http.createServer(handle).on("connection", () => (accepted += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const kept = keepConnections({ address: "127.0.0.1", port: (server.address() as AddressInfo).port });
  closing.push(() => {
    kept.close();
    server.closeAllConnections();
    server.close();
  });
  return { kept, sockets: () => accepted };
}

afterEach(() => {
  for (const close of closing.splice(0)) close();
});

describe("kept connections", () => {
  test("send one request after the other over one, and requests at once over as many", async () => {
    const { kept, sockets } = await connectionsTo((_request, response) => response.end("ok"));
    await kept.send(request);
    await kept.send(request);
    expect(sockets()).toBe(1);
    await Promise.all([kept.send(request), kept.send(request), kept.send(request)]);
    expect(sockets()).toBe(3);
  });

  test("send fields as given and a body with its length, and resolve with status and fields", async () => {
    const seen: string[] = [];
    const { kept } = await connectionsTo((incoming, response) => {
      seen.push(...incoming.rawHeaders);
      incoming
        .on("data", (chunk) => seen.push(String(chunk)))
        .on("end", () => {
          response.writeHead(418, { "hangar-trace": "x" }).end("long ".repeat(10_000));
        });
    });
    const headers = [
      ["host", "my-app.localhost"],
      ["X-One", "1"],
      ["X-One", "2"],
    ] as const;
    const answer = await kept.send({ ...request, method: "POST", headers, body: "a=ä" });
    expect(answer).toMatchObject({ status: 418, headers: { "hangar-trace": "x" } });
    expect(seen.join(" ")).toMatch(/^host my-app\.localhost X-One 1 X-One 2 content-length 4 .*a=ä$/);
  });

  test("give up what is not answered in time, and go on", async () => {
    let silent = true;
    const { kept } = await connectionsTo((_request, response) => void (silent || response.end()));
    await expect(kept.send({ ...request, timeoutMs: 30 })).rejects.toMatchObject({ code: "DEADLINE" });
    silent = false;
    expect((await kept.send(request)).status).toBe(200);
  });

  test("count a body that breaks off as no answer", async () => {
    const { kept } = await connectionsTo((_request, response) => {
      response.writeHead(200, { "content-length": 10 }).write("abc", () => response.socket?.destroy());
    });
    await expect(kept.send(request)).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  test("repeat a GET whose kept connection was closed under it, and no POST", async () => {
    let count = 0;
    const { kept } = await connectionsTo((incoming, response) => {
      count += 1;
      // Every second request finds its connection gone.
      if (count % 2 === 0) incoming.socket.resetAndDestroy();
      else response.end();
    });
    await kept.send(request);
    expect((await kept.send(request)).status).toBe(200);
    expect(count).toBe(3);
    await expect(kept.send({ ...request, method: "POST" })).rejects.toMatchObject({ code: "UNREACHABLE" });
  });

  test("end what is under way when they are closed", async () => {
    const { kept } = await connectionsTo(() => undefined);
    const answer = kept.send(request);
    kept.close();
    await expect(answer).rejects.toMatchObject({ code: "UNREACHABLE" });
  });
});
