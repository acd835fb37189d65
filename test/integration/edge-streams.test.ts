// Bodies and tunnels pass the edge as they come, both ways, on loopback, with one relay and with two.
import { createHash, randomBytes } from "node:crypto";
import net from "node:net";
import { describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { sendRaw } from "../support/raw-http.ts";
import { ENTRIES, receivedOf, relayClient, useRelay } from "../support/relay-suite.ts";

const { port, bigResponses } = useRelay();

describe.each(ENTRIES)("edge %s", (_name, region) => {
  const { host, get, raw, send } = relayClient(region, port);

  test.each([0, 1, 70_000, 8_000_000])("relays an upload of %i bytes, with a length and in chunks", async (size) => {
    const bytes = randomBytes(size);
    const md5 = createHash("md5").update(bytes).digest("hex");
    const withLength = await send({ method: "POST", path: "/up", headers: { "content-length": size } }, (request) =>
      request.end(bytes),
    );
    expect(JSON.parse(withLength.body.toString())).toMatchObject({ bytes: size, md5 });
    const chunked = await send({ method: "POST", path: "/up" }, (request) => {
      for (let at = 0; at < size; at += 100_003) request.write(bytes.subarray(at, at + 100_003));
      request.end();
    });
    expect(JSON.parse(chunked.body.toString())).toMatchObject({ bytes: size, md5 });
  });

  test("relays a chunked response", async () => {
    const { body } = await send({ path: "/chunked" });
    expect(body.length).toBe(50 + (37 * 49 * 50) / 2);
  });

  test("passes interim responses on, but not to clients of HTTP/1.0", async () => {
    const newer = await sendRaw({ port: port(), pieces: [get("/hints", "Connection: close\r\n")] });
    expect(newer.text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nlink: .*preload\r\n\r\nHTTP\/1\.1 200/i);
    const older = await sendRaw({ port: port(), pieces: [`GET /hints HTTP/1.0\r\nHost: ${host}\r\n\r\n`] });
    expect(older.text).toMatch(/^HTTP\/1\.1 200/);
  });

  test("lets the app invite a body", async () => {
    let answered = "";
    const socket = net.connect({ port: port(), host: "127.0.0.1" }).setEncoding("latin1");
    socket.on("data", (more) => {
      answered += String(more);
      if (answered.includes("100 Continue") && !answered.includes("200 OK")) socket.write("abc");
      if (answered.includes('"bytes":3')) socket.end();
    });
    socket.write(`POST /e HTTP/1.1\r\nHost: ${host}\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`);
    await new Promise((resolve) => socket.on("close", resolve));
    expect(answered).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  test("gives an early answer to an upload and closes", async () => {
    const { statuses, ended } = await sendRaw({
      port: port(),
      pieces: [`POST /refuse-upload HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100000\r\n\r\nabc`],
    });
    expect(statuses).toEqual([413]);
    expect(ended).toBe("cleanly");
  });

  test("answers a client that ends its side after the request", async () => {
    let text = "";
    const socket = net.connect({ port: port(), host: "127.0.0.1", allowHalfOpen: true }).setEncoding("latin1");
    socket.on("data", (more) => (text += String(more)));
    socket.end(get("/a"));
    await new Promise((resolve) => socket.on("end", resolve));
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 200/);
  });

  test("changes protocols, with bytes in both directions and an end from each", async () => {
    const ask = get("/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n");
    let text = "";
    const socket = net.connect({ port: port(), host: "127.0.0.1", allowHalfOpen: true }).setEncoding("latin1");
    socket.write(`${ask}early`);
    await new Promise<void>((resolve) => {
      socket.on("data", (more) => {
        text += String(more);
        if (text.endsWith("early")) socket.write("later");
        if (text.endsWith("earlylater")) socket.end();
      });
      socket.on("end", resolve);
    });
    socket.destroy();
    expect(text).toMatch(
      /^HTTP\/1\.1 101 Switching Protocols\r\n.*^connection: upgrade\r\nupgrade: websocket\r\n\r\nearlylaterbye$/ims,
    );
  });

  test("does not let a client change to HTTP/2 behind its back", async () => {
    const { text, statuses } = await raw(
      [get("/h2c", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAA\r\n")],
      1,
    );
    expect(statuses).toEqual([200]);
    expect(receivedOf(text).headers).not.toHaveProperty("upgrade");
    expect(receivedOf(text).headers).not.toHaveProperty("http2-settings");
  });

  test("waits for clients that do not read, without holding the response in memory", async () => {
    const sockets = Array.from({ length: 10 }, () => net.connect({ port: port(), host: "127.0.0.1" }));
    for (const socket of sockets) socket.pause().write(get("/big", "Connection: close\r\n"));
    const unsent = (): number => bigResponses.reduce((sum, { writableLength }) => sum + writableLength, 0);
    let last = -1;
    const settled = await waitUntil(
      () => {
        const same = bigResponses.length === 10 && unsent() === last;
        last = unsent();
        return same ? last : undefined;
      },
      { what: "the app to be held up", deadlineMs: 5_000, intervalMs: 50 },
    );
    expect(settled).toBeGreaterThan(50_000_000);
    bigResponses.length = 0;
    const sizes = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<number>((resolve) => {
            let size = 0;
            socket.on("data", (chunk) => (size += chunk.length)).on("end", () => resolve(size));
            socket.resume();
          }),
      ),
    );
    for (const size of sizes) expect(size).toBeGreaterThan(20_000_000);
  });
});
