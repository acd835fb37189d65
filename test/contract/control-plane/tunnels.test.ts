// `proxy` from a local port through a real control and edge's own endpoint to a program, without a planet's network.
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTunnelsClient, type TunnelsClient } from "../../../src/client/tunnels-client.ts";
import { createAdminServer } from "../../../src/emulator/component/admin-server.ts";
import { createOrders } from "../../../src/emulator/edge/orders.ts";
import { createTunnels, tunnelUpgrade } from "../../../src/emulator/edge/tunnels.ts";
import { indexWorld } from "../../../src/emulator/edge/world-index.ts";
import { type ProxyReady, runProxy } from "../../../src/operations/proxy/run-proxy.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { dial } from "../../../src/platform/dial.ts";
import { listenForStreams } from "../../../src/platform/stream-listener.ts";
import { worldMachine, worldOf } from "../../support/edge-rig.ts";
import { type MemoryPlanet, startMemoryPlanet, TOKEN } from "../../support/memory-planet.ts";

const APP = "shop";
const HOST = "shop.internal";
const PATIENTLY = { timeout: 20_000 };

let program: Server;
let admin: Server;
let planet: MemoryPlanet;
let tunnels: TunnelsClient;
const held = new Set<Socket>();

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}
/** Resolves when it is closed, however it was. */
const closing = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once("close", resolve));
const portOf = (server: Server): number => (server.address() as { port: number }).port;

beforeAll(async () => {
  // answers what it has read, once it has read everything
  program = createServer({ allowHalfOpen: true }, (socket) => {
    held.add(socket.on("error", () => undefined).on("close", () => held.delete(socket)));
    void text(socket).then(
      (heard) => socket.end(`heard ${heard}`),
      () => undefined,
    );
  });
  await listening(program);
  const machine = worldMachine({ id: "a", app: APP, region: "iad", address4: "127.0.0.1", port: 1 });
  const ways = createTunnels({
    world: () => indexWorld(worldOf(1, ["iad"], [machine])),
    lookUp: async (name) => (name === HOST ? ["127.0.0.1"] : []),
    connect: ({ host, port }) => dial({ host, port, timeoutMs: 5_000 }),
  });
  const nothing = (): never => expect.unreachable();
  admin = createAdminServer({
    ...{ token: TOKEN, status: nothing, putWorld: nothing },
    more: createOrders({ probe: nothing, drain: nothing, requests: nothing, metrics: nothing, tunnels: ways }),
    upgrade: tunnelUpgrade(ways),
  });
  await listening(admin);
  planet = await startMemoryPlanet({ images: {}, edgeUrl: `http://127.0.0.1:${portOf(admin)}` });
  await planet.client.createApp(APP);
  tunnels = createTunnelsClient({ baseUrl: planet.baseUrl, token: TOKEN, fetch, clock: systemClock });
});
afterAll(async () => {
  await planet.stop();
  admin.close();
  program.close();
});

/** A proxy that is ready; `end` interrupts it and resolves with what it ended with. */
async function startProxy({ host = HOST, remotePort = portOf(program) } = {}) {
  const abort = new AbortController();
  const failures: string[] = [];
  let running: Promise<void> | undefined;
  const ready = await new Promise<ProxyReady>((resolve, reject) => {
    running = runProxy(
      { app: APP, host, remotePort, local: { address: "127.0.0.1", port: 0 } },
      {
        ...{ tunnels, listen: listenForStreams, signal: abort.signal, onReady: resolve },
        onFailure: ({ code }) => void failures.push(code),
      },
    );
    running.catch(reject);
  });
  const end = async (): Promise<unknown> => {
    abort.abort(new Error("interrupted"));
    return running?.catch((error: unknown) => error);
  };
  return { ready, failures, end, connect: () => connect(Number(ready.local.split(":")[1]), "127.0.0.1") };
}

describe("a proxy", () => {
  test("carries many connections at once, each with its own question and an answer after its end", async () => {
    const proxy = await startProxy();
    expect(proxy.ready).toMatchObject({ host: HOST, port: portOf(program), addresses: ["127.0.0.1"] });
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, number) => {
        const socket = proxy.connect();
        socket.end(`${number}`);
        return text(socket);
      }),
    );
    expect(answers).toEqual(Array.from({ length: 50 }, (_, number) => `heard ${number}`));
    expect(proxy.failures).toEqual([]);
    await proxy.end();
  });

  test("breaks off what is open when it is interrupted, on both ends", async () => {
    const proxy = await startProxy();
    const socket = proxy.connect().on("error", () => undefined);
    socket.write("half");
    await expect.poll(() => held.size, PATIENTLY).toBe(1);
    const closed = closing(socket);
    expect(await proxy.end()).toMatchObject({ message: "interrupted" });
    await closed;
    await expect.poll(() => held.size, PATIENTLY).toBe(0);
    const late = proxy.connect();
    const [error] = (await once(late, "error")) as [NodeJS.ErrnoException];
    expect(error.code).toBe("ECONNREFUSED");
  });

  test("tells of a connection that nobody takes, and goes on", async () => {
    const proxy = await startProxy({ remotePort: 1 });
    const socket = proxy.connect().on("error", () => undefined);
    await closing(socket);
    await expect.poll(() => proxy.failures, PATIENTLY).toEqual(["APP_NOT_LISTENING"]);
    await proxy.end();
  });

  test.each([
    ["none.internal", "HOST_NOT_FOUND"],
    ["203.0.113.1", "REQUEST_INVALID"],
    ["a b", "REQUEST_INVALID"],
  ])("does not begin for %s: %s", async (host, code) => {
    await expect(startProxy({ host })).rejects.toMatchObject({ code });
  });
});

test("tunnels are for those who hold a token, and belong to an app", async () => {
  const intruder = createTunnelsClient({ baseUrl: planet.baseUrl, token: "no", fetch, clock: systemClock });
  await expect(intruder.open(APP, HOST, 80)).rejects.toMatchObject({ code: "UNAUTHORIZED" });
  await expect(tunnels.open("none", HOST, 80)).rejects.toMatchObject({ code: "APP_NOT_FOUND" });
  const stranger = await fetch(`http://127.0.0.1:${portOf(admin)}/tunnel/addresses?host=${HOST}`);
  expect(stranger.status).toBe(401);
});
