// Clients that do not play by the rules, by the hundred: they are bounded, and a well-behaved one beside them does not notice.
import type http from "node:http";
import net from "node:net";
import tls from "node:tls";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { askOnce, beside, type Crowd, crowd } from "../support/bystander.ts";
import { type EdgeRig, type EdgeRigOptions, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startEchoMachine, type TestMachine } from "../support/raw-machine.ts";

const HOST = "ams.my-app.localhost";
/** The edge's, in most of these tests, and the attackers'. */
const PLACES = 64;
const CROWD = 200;
const FIELD = "x: y\r\n";
const BIG = Buffer.alloc(20_000_000, "q");

let machine: TestMachine;
let edge: EdgeRig;
let attackers: Crowd | undefined;
/** Answers to /big that the app is sending. */
const big: http.ServerResponse[] = [];

beforeEach(async () => {
  machine = await startEchoMachine("127.0.1.9", (request, response) => {
    if (request.url === "/big") big.push(response.end(BIG));
    else if (request.url === "/8k") response.end(BIG.subarray(0, 8_192));
    else return false;
    return true;
  });
});
afterEach(async () => {
  attackers?.stop();
  edge.stop();
  await machine.stop();
});

async function start(options: EdgeRigOptions = {}): Promise<void> {
  edge = await startEdgeRig({ maxConnections: PLACES, ...options });
  const serving = worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port });
  await edge.apply(worldOf(1, ["ams"], [serving]));
}
const ask = (): Promise<number> => askOnce(edge.port, HOST);
const noLoad = (): Promise<true> =>
  waitUntil(() => (edge.dataPlane.load.ofMachine("m1") === 0 ? true : undefined), {
    ...{ what: "no request to be left", deadlineMs: 20_000, intervalMs: 5 },
  });

describe("clients that take their time", () => {
  test("slowloris: heads that come byte by byte are given up", async () => {
    await start({ timeLimits: { headMs: 500 } });
    const head = `GET /slow HTTP/1.1\r\nHost: ${HOST}\r\n`;
    attackers = crowd(edge.port, CROWD, (socket) => {
      let at = 0;
      const timer = setInterval(() => {
        socket.write(head[at] ?? FIELD[at % FIELD.length]!);
        at += 1;
      }, 5);
      socket.on("close", () => clearInterval(timer));
    });
    const { statuses } = await beside(ask, attackers.shrink(0));
    expect([...statuses]).toEqual([200]);
    expect(new Set(machine.seen)).toEqual(new Set(["GET /bystander"]));
    expect(attackers.received()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("bodies that never end are given up, and their places at the machine are free again", async () => {
    await start({ timeLimits: { exchangeIdleMs: 500 } });
    const request = `POST /slow HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 1000000\r\n\r\nabc`;
    attackers = crowd(edge.port, CROWD, (socket) => void socket.write(request));
    const { statuses } = await beside(ask, attackers.shrink(0));
    expect([...statuses]).toEqual([200]);
    expect(attackers.received()).toMatch(/^HTTP\/1\.1 408 /);
    await noLoad();
  });

  test("answers that nobody takes are given up, and wait in the app meanwhile", async () => {
    await start({ timeLimits: { exchangeIdleMs: 500 } });
    big.length = 0;
    attackers = crowd(edge.port, 30, (socket) => {
      socket.pause().write(`GET /big HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
    });
    const given = waitUntil(() => (big.length === 30 && big.every(({ closed }) => closed) ? true : undefined), {
      ...{ what: "all to be given up", deadlineMs: 20_000, intervalMs: 5 },
    });
    const { statuses } = await beside(ask, given);
    expect([...statuses]).toEqual([200]);
    expect(big.some(({ writableFinished }) => writableFinished)).toBe(false);
    await noLoad();
  });

  test("a client that pipelines and does not read is not asked for more", async () => {
    await start();
    const count = 2_500;
    const socket = net.connect({ port: edge.port, host: "127.0.0.1" });
    socket.pause().write(`GET /8k HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`.repeat(count));
    let last = -1;
    const settled = waitUntil(
      () => {
        const same = last === machine.seen.length && last > 50;
        last = machine.seen.length;
        return same ? last : undefined;
      },
      { what: "the edge to stop asking", deadlineMs: 20_000, intervalMs: 100 },
    );
    expect(await settled).toBeLessThan(count);
    expect(await ask()).toBe(200);
    let heads = 0;
    socket.setEncoding("latin1").on("data", (more) => (heads += String(more).split("HTTP/1.1 200").length - 1));
    socket.resume();
    await waitUntil(() => (machine.seen.filter((line) => line === "GET /8k").length === count ? true : undefined), {
      ...{ what: "all requests", deadlineMs: 30_000, intervalMs: 20 },
    });
    socket.destroy();
    // A head may be cut in two: nearly all are counted.
    expect(heads).toBeGreaterThan(count * 0.9);
  });
});

describe("clients by the hundred", () => {
  test("the longest silent make room for new ones", async () => {
    await start();
    attackers = crowd(edge.port, CROWD);
    const { statuses } = await beside(ask, attackers.shrink(PLACES));
    expect([...statuses]).toEqual([200]);
    // Those that are left are no hindrance either.
    expect(attackers.open()).toBeGreaterThan(0);
    for (let count = 0; count < PLACES; count += 1) expect(await ask()).toBe(200);
  });

  test("a request that is being answered is never the one that makes room", async () => {
    await start();
    let text = "";
    const waiting = net.connect({ port: edge.port, host: "127.0.0.1" }).setEncoding("latin1");
    waiting.on("data", (more) => (text += String(more)));
    waiting.write(`GET /big HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
    attackers = crowd(edge.port, CROWD);
    const received = new Promise((resolve) => void waiting.once("close", resolve));
    await beside(ask, Promise.all([received, attackers.shrink(PLACES)]));
    expect(text.length).toBeGreaterThan(BIG.length);
  });

  test("handshakes of TLS that do not go on make room, too", async () => {
    await start({ maxConnections: 2_000 });
    attackers = crowd(edge.securePort, 1_200);
    const shake = (): Promise<number> =>
      new Promise((resolve) => {
        const socket = tls.connect({ port: edge.securePort, host: "127.0.0.1", servername: HOST, ca: edge.authority });
        socket.setEncoding("latin1").write(`GET /bystander HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
        socket.once("data", (text) => {
          socket.destroy();
          resolve(Number(String(text).slice(9, 12)));
        });
        socket.once("error", () => resolve(0));
      });
    const { statuses } = await beside(shake, attackers.shrink(1_024));
    expect([...statuses]).toEqual([200]);
  });
});
