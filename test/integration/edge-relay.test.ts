// The edge relays HTTP/1.1 faithfully, on loopback: once straight to a machine of the entry region and once across the
// backhaul, where every request passes two relays.
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import net from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { type Received, startEchoMachine, type TestMachine } from "../support/raw-machine.ts";
import { responses, sendRaw } from "../support/raw-http.ts";

const ENTRIES = [
  ["straight to the machine", "ams"],
  ["across the backhaul", "iad"],
] as const;

const bigResponses: http.ServerResponse[] = [];
let machine: TestMachine;
let edge: EdgeRig;

function handle(request: http.IncomingMessage, response: http.ServerResponse): boolean {
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

beforeAll(async () => {
  machine = await startEchoMachine("127.0.1.2", handle);
  edge = await startEdgeRig();
  await edge.apply(
    worldOf(1, ["ams", "iad"], [worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port })]),
  );
});

afterAll(async () => {
  edge.stop();
  await machine.stop();
});

describe.each(ENTRIES)("edge %s", (_name, region) => {
  const hostOf = `${region}.my-app.localhost`;
  const get = (path: string, more = ""): string => `GET ${path} HTTP/1.1\r\nHost: ${hostOf}\r\n${more}\r\n`;
  const raw = (pieces: readonly string[], count: number) =>
    sendRaw({ port: edge.port, pieces, until: responses(count) });
  const bodyOf = (text: string): Received => JSON.parse(text.slice(text.indexOf("\r\n\r\n") + 4)) as Received;
  const send = (
    options: http.RequestOptions,
    body?: (request: http.ClientRequest) => void,
  ): Promise<{ status: number; headers: http.IncomingHttpHeaders; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        {
          port: edge.port,
          host: "127.0.0.1",
          agent: false,
          ...options,
          headers: { host: hostOf, ...(options.headers as object) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk)).on("error", reject);
          response.on("end", () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
          );
        },
      );
      request.on("error", reject);
      if (body === undefined) request.end();
      else body(request);
    });

  test("answers a request and tells the app who asked, whatever the client claims", async () => {
    const spoofed =
      "X-Forwarded-For: 6.6.6.6\r\nFly-Client-IP: 6.6.6.6\r\nfly_client_ip: 6.6.6.6\r\nFly-Region: xxx\r\nFly-Whatever: 1\r\nVia: 1.1 me\r\nX-Request-Start: t=0\r\nHangar-Client-Region: nrt\r\n";
    const passing = "fly-prefer-region: iad\r\nX-Custom_Field: kept\r\n";
    const { text } = await raw(
      [get("/a", `${spoofed}${passing}Connection: keep-alive, X-Drop\r\nX-Drop: 1\r\nTE: trailers\r\n`)],
      1,
    );
    const { headers } = bodyOf(text);
    expect(headers).toMatchObject({
      host: hostOf,
      "fly-client-ip": "127.0.0.1",
      "fly-forwarded-port": "80",
      "fly-forwarded-proto": "http",
      "fly-forwarded-ssl": "off",
      "fly-region": region,
      via: "1.1 fly.io",
      "x-forwarded-for": `6.6.6.6, 127.0.0.1, 127.0.${region === "ams" ? 1 : 2}.253`,
      "x-forwarded-port": "80",
      "x-forwarded-proto": "http",
      "x-forwarded-ssl": "off",
      "fly-prefer-region": "iad",
      "x-custom_field": "kept",
    });
    expect(headers["fly-request-id"]).toMatch(new RegExp(`^[0-9A-HJKMNP-TV-Z]{26}-${region}$`));
    expect(headers["x-request-start"]).toMatch(/^t=\d{16}$/);
    for (const gone of [
      "x-drop",
      "te",
      "fly_client_ip",
      "fly-whatever",
      "hangar-client-region",
      "hangar-backhaul",
      "connection",
    ]) {
      if (gone !== "connection") expect(headers).not.toHaveProperty(gone);
    }
    expect(text).toMatch(/^fly-request-id: [0-9A-Z]{26}-/m);
    expect(text).toMatch(/^server: Hangar\/test\r$/m);
  });

  test("takes fields of the app's response away that are the platform's", async () => {
    const { headers } = await send({ path: "/fields" });
    expect(headers).toMatchObject({ server: "Hangar/test", via: "1.1 inner, 1.1 fly.io", "x-kept": "1" });
    expect(headers["fly-request-id"]).not.toContain("spoofed");
    expect(headers).not.toHaveProperty("x-private");
    expect(headers).not.toHaveProperty("hangar-trace");
  });

  test("says where a request went when asked", async () => {
    const { headers } = await send({ path: "/", headers: { "hangar-trace": "1" } });
    expect(JSON.parse(String(headers["hangar-trace"]))).toEqual({
      edge: region,
      region: "ams",
      machine: "m1",
      rttMs: region === "ams" ? 0 : 80,
      attempts: 1,
    });
  });

  test("answers pipelined requests in order", async () => {
    const { text, statuses } = await raw([get("/a") + get("/b") + get("/chunked") + get("/empty") + get("/c")], 5);
    expect(statuses).toEqual([200, 200, 200, 204, 200]);
    expect(text).toMatch(/"\/a".*"\/b".*"\/c"/s);
  });

  test("reads a head and a body that come byte by byte", async () => {
    const request = `POST /p HTTP/1.1\r\nHost: ${hostOf}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3;x=1\r\nabc\r\n0\r\nT: v\r\n\r\n${get("/after")}`;
    const { text, statuses } = await raw([...request], 2);
    expect(statuses).toEqual([200, 200]);
    expect(text).toContain('"bytes":8');
  });

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

  test("relays responses without a body, and the next one after them", async () => {
    const head = `HEAD /a HTTP/1.1\r\nHost: ${hostOf}\r\n\r\n`;
    const { statuses } = await sendRaw({
      port: edge.port,
      pieces: [head + get("/not-modified") + get("/empty", "Connection: close\r\n")],
    });
    expect(statuses).toEqual([200, 304, 204]);
  });

  test("ends its side where only the end of the connection ends a response", async () => {
    const { text, ended } = await sendRaw({ port: edge.port, pieces: [get("/until-close")] });
    expect(text).toMatch(/^connection: close\r$/m);
    expect(text.endsWith("until the end")).toBe(true);
    expect(ended).toBe("cleanly");
  });

  test("passes interim responses on, but not to clients of HTTP/1.0", async () => {
    const newer = await sendRaw({ port: edge.port, pieces: [get("/hints", "Connection: close\r\n")] });
    expect(newer.text).toMatch(/^HTTP\/1\.1 103 Early Hints\r\nlink: .*preload\r\n\r\nHTTP\/1\.1 200/i);
    const older = await sendRaw({ port: edge.port, pieces: [`GET /hints HTTP/1.0\r\nHost: ${hostOf}\r\n\r\n`] });
    expect(older.text).toMatch(/^HTTP\/1\.1 200/);
  });

  test("decodes a chunked response for a client of HTTP/1.0", async () => {
    const { text, ended } = await sendRaw({
      port: edge.port,
      pieces: [`GET /chunked HTTP/1.0\r\nHost: ${hostOf}\r\n\r\n`],
    });
    expect(text).not.toMatch(/transfer-encoding/i);
    expect(text.slice(text.indexOf("\r\n\r\n") + 4)).toBe("z".repeat(50 + (37 * 49 * 50) / 2));
    expect(ended).toBe("cleanly");
  });

  test("keeps the connection of a client of HTTP/1.0 that asks for it", async () => {
    const old = `GET /a HTTP/1.0\r\nHost: ${hostOf}\r\nConnection: keep-alive\r\n\r\n`;
    const { text, statuses } = await raw([old + old], 2);
    expect(statuses).toEqual([200, 200]);
    expect(text).toMatch(/^connection: keep-alive\r$/m);
  });

  test("lets the app invite a body", async () => {
    let answered = "";
    const socket = net.connect({ port: edge.port, host: "127.0.0.1" }).setEncoding("latin1");
    socket.on("data", (more) => {
      answered += String(more);
      if (answered.includes("100 Continue") && !answered.includes("200 OK")) socket.write("abc");
      if (answered.includes('"bytes":3')) socket.end();
    });
    socket.write(`POST /e HTTP/1.1\r\nHost: ${hostOf}\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n`);
    await new Promise((resolve) => socket.on("close", resolve));
    expect(answered).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK/);
  });

  test("gives an early answer to an upload and closes", async () => {
    const { statuses, ended } = await sendRaw({
      port: edge.port,
      pieces: [`POST /refuse-upload HTTP/1.1\r\nHost: ${hostOf}\r\nContent-Length: 100000\r\n\r\nabc`],
    });
    expect(statuses).toEqual([413]);
    expect(ended).toBe("cleanly");
  });

  test("answers a client that ends its side after the request", async () => {
    let text = "";
    const socket = net.connect({ port: edge.port, host: "127.0.0.1", allowHalfOpen: true }).setEncoding("latin1");
    socket.on("data", (more) => (text += String(more)));
    socket.end(get("/a"));
    await new Promise((resolve) => socket.on("end", resolve));
    socket.destroy();
    expect(text).toMatch(/^HTTP\/1\.1 200/);
  });

  test("changes protocols, with bytes in both directions and an end from each", async () => {
    const ask = get("/ws", "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n");
    let text = "";
    const socket = net.connect({ port: edge.port, host: "127.0.0.1", allowHalfOpen: true }).setEncoding("latin1");
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
    expect(bodyOf(text).headers).not.toHaveProperty("upgrade");
    expect(bodyOf(text).headers).not.toHaveProperty("http2-settings");
  });

  test("takes an absolute target of the same authority, and no other", async () => {
    const same = await raw([`GET http://${hostOf}/x?y HTTP/1.1\r\nHost: ${hostOf}\r\n\r\n`], 1);
    expect(bodyOf(same.text).url).toBe("/x?y");
    const other = await raw([`GET http://elsewhere/x HTTP/1.1\r\nHost: ${hostOf}\r\n\r\n`], 1);
    expect(other.statuses).toEqual([400]);
  });

  test("waits for clients that do not read, without holding the response in memory", async () => {
    const sockets = Array.from({ length: 10 }, () => net.connect({ port: edge.port, host: "127.0.0.1" }));
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

  test("keeps connections to a service that counts requests, but gives each POST a new one", async () => {
    await raw([get("/a")], 1);
    const before = machine.connections();
    await raw([get("/a") + get("/b")], 2);
    expect(machine.connections()).toBe(before);
    await raw([`POST /p HTTP/1.1\r\nHost: ${hostOf}\r\nContent-Length: 0\r\n\r\n`], 1);
    expect(machine.connections()).toBe(before + 1);
  });
});
