// Clients that end their side of a connection: in the middle of a body that is an end of the request, behind a whole request it is
// none. Straight to the machine and across the backhaul, in the clear and over TLS.
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import { type EdgeRig, startEdgeRig, worldMachine, worldOf } from "../support/edge-rig.ts";
import { startRawMachine, type TestMachine } from "../support/raw-machine.ts";
import { ENTRIES } from "../support/relay-suite.ts";

const DEADLINE_MS = 10_000;
const ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

let edge: EdgeRig;
let machine: TestMachine;
/** The app's connections, by the path that was asked for on them. */
const connections = new Map<string, net.Socket>();
/** Paths that an answer is kept back for. */
const kept = new Map<string, () => void>();

beforeAll(async () => {
  machine = await startRawMachine("127.0.3.11", (requestLine, socket) => {
    const path = requestLine.split(" ")[1]!;
    connections.set(path, socket);
    if (path.startsWith("/unread")) socket.pause();
    kept.set(path, () => socket.write(ANSWER));
    return undefined;
  });
  edge = await startEdgeRig();
  const serving = worldMachine({ id: "m1", region: "ams", address4: machine.host, port: machine.port });
  await edge.apply(worldOf(1, ["ams", "iad"], [serving]));
});
afterAll(async () => {
  edge.stop();
  await machine.stop();
});

const until = (what: string, fact: () => boolean): Promise<true> =>
  waitUntil(() => (fact() ? true : undefined), { what, deadlineMs: DEADLINE_MS, intervalMs: 2 });

interface Client {
  readonly socket: net.Socket;
  heard(): string;
}

async function connect(kind: "plain" | "secure"): Promise<Client> {
  const host = "127.0.0.1";
  const socket =
    kind === "plain"
      ? net.connect({ port: edge.port, host, allowHalfOpen: true })
      : tls.connect({
          ...{ port: edge.securePort, host, servername: "my-app.localhost", ca: edge.authority, allowHalfOpen: true },
        });
  let text = "";
  socket.on("data", (bytes: Buffer) => (text += bytes.toString("latin1"))).on("error", () => undefined);
  await once(socket, kind === "plain" ? "connect" : "secureConnect");
  return { socket, heard: () => text };
}

describe.each(ENTRIES)("%s", (_way, region) => {
  describe.each(["plain", "secure"] as const)("%s", (kind) => {
    const head = (path: string, ...lines: string[]): string =>
      [`POST ${path} HTTP/1.1`, `Host: ${region}.my-app.localhost`, ...lines, "", ""].join("\r\n");

    test.each([
      ["a length", "Content-Length: 1000000", "half of it"],
      ["chunks", "Transfer-Encoding: chunked", "5\r\nhello\r\n"],
    ])("the end in the middle of a body with %s ends the app's request at once", async (name, framing, part) => {
      const path = `/read-${region}-${kind}-${name.replace(" ", "-")}`;
      const { socket } = await connect(kind);
      socket.write(head(path, framing) + part);
      await until("the request", () => connections.has(path));
      socket.end();
      await until("its end", () => connections.get(path)!.closed);
      expect(edge.dataPlane.load.ofMachine("m1")).toBe(0);
      socket.destroy();
    });

    test("... also where the app reads nothing of it", async () => {
      const path = `/unread-${region}-${kind}`;
      const { socket } = await connect(kind);
      socket.write(`${head(path, "Content-Length: 1000000")}half of it`);
      await until("the request", () => connections.has(path));
      socket.end();
      // What the app does not read it is not told, either.
      expect(await until("its end", () => edge.dataPlane.load.ofMachine("m1") === 0)).toBe(true);
      socket.destroy();
      connections.get(path)!.destroy();
    });

    test("the end behind a whole request is none: its answer comes", async () => {
      const path = `/whole-${region}-${kind}`;
      const { socket, heard } = await connect(kind);
      socket.end(`${head(path, "Content-Length: 5")}12345`);
      await until("the request", () => kept.has(path));
      // Whoever comes later is let in after the end was read.
      const { socket: later } = await connect(kind);
      later.destroy();
      expect(connections.get(path)!.closed).toBe(false);
      kept.get(path)!();
      await until("the answer", () => heard().endsWith("hello"));
      expect(heard()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      socket.destroy();
    });
  });
});
