// Machines whose host is cut off: nothing is refused and nothing is reset, packets just do not arrive. Whoever asks gets an answer
// all the same, from another machine where there is one. Needs root, as the CI has it.
import { once } from "node:events";
import http2 from "node:http2";
import net, { type AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { canCutOff, cutOff, reconnect } from "../support/partition.ts";
import { responses, sendRaw } from "../support/raw-http.ts";
import { startEchoMachine, type TestMachine } from "../support/raw-machine.ts";

const [NEAR, FAR] = ["127.0.1.41", "127.0.2.41"];
/** Longer than the edge waits for a connection, and much shorter than for an answer. */
const DEADLINE_MS = 40_000;

const can = (await canCutOff(NEAR)) && (await canCutOff(FAR));
const machines: TestMachine[] = [];
const apps: http2.Http2Server[] = [];
let edge: EdgeRig;

async function startApp(host: string): Promise<number> {
  const app = http2.createServer();
  app.on("stream", (stream: http2.ServerHttp2Stream) => {
    stream.respond({ ":status": 200, "x-host": host });
    stream.end();
  });
  app.listen(0, host);
  await once(app, "listening");
  apps.push(app);
  return (app.address() as AddressInfo).port;
}

beforeAll(async () => {
  edge = await startEdgeRig();
  const places = [];
  for (const [region, host] of [
    ["ams", NEAR],
    ["iad", FAR],
  ] as const) {
    const machine = await startEchoMachine(host, (_request, response) => {
      response.writeHead(200, { "x-host": host, "content-length": 0 });
      response.end();
      return true;
    });
    machines.push(machine);
    places.push(worldMachine({ id: `${region}1`, app: "plain", region, address4: host, port: machine.port }));
    const port = await startApp(host);
    places.push(worldMachine({ id: `${region}2`, app: "h2c", region, address4: host, port, h2Backend: true }));
  }
  const alone = await startEchoMachine(NEAR);
  machines.push(alone);
  places.push(worldMachine({ id: "ams3", app: "alone", region: "ams", address4: NEAR, port: alone.port }));
  await edge.apply(worldOf(1, ["ams", "iad"], places));
});
afterEach(() => reconnect(NEAR));
afterAll(async () => {
  edge.stop();
  for (const app of apps) app.close();
  for (const machine of machines) await machine.stop();
});

/** One request of a connection of its own. @returns its status, and which host has answered */
async function ask(app: string): Promise<string> {
  const pieces = [`GET / HTTP/1.1\r\nHost: ams.${app}.localhost\r\n\r\n`];
  const { text, statuses } = await sendRaw({ port: edge.port, pieces, until: responses(1), deadlineMs: DEADLINE_MS });
  return `${statuses.join()} ${/^x-host: (.*)$/m.exec(text)?.[1]?.trim() ?? "nobody"}`;
}

/** Sends a request to the machine on the connection that the edge has to it, and goes before it is answered. */
async function giveUp(app: string, machine: string): Promise<void> {
  const socket = net.connect(edge.port, "127.0.0.1");
  socket.write(`GET / HTTP/1.1\r\nHost: ams.${app}.localhost\r\n\r\n`);
  for (const load of [1, 0]) {
    const isReached = (): true | undefined => (edge.dataPlane.load.ofMachine(machine) === load ? true : undefined);
    await waitUntil(isReached, { what: `load ${load} at ${machine}`, deadlineMs: DEADLINE_MS, intervalMs: 5 });
    // An end alone would leave it waiting for the answer.
    socket.resetAndDestroy();
  }
}

describe.skipIf(!can)("a machine whose host is cut off", () => {
  test.each([
    ["plain", "ams1"],
    ["h2c", "ams2"],
  ])("is replaced by another one (%s)", async (app, machine) => {
    expect(await ask(app)).toBe(`200 ${NEAR}`);
    await cutOff(NEAR);
    // What goes out on a connection that is open already may arrive and be done: it waits, and is not repeated elsewhere.
    await giveUp(app, machine);
    expect(await ask(app)).toBe(`200 ${FAR}`);
    await reconnect(NEAR);
    expect(await ask(app)).toBe(`200 ${NEAR}`);
  });

  test("is waited for only so long where it is the only one", async () => {
    await cutOff(NEAR);
    expect(await ask("alone")).toBe("502 nobody");
  });
});
