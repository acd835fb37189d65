// Services without host names (raw TCP, TLS alone, Postgres' TLS, PROXY, UDP) and Flycast, through a whole edge on loopback.
import dgram from "node:dgram";
import net from "node:net";
import tls from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import type { World, WorldPort, WorldService } from "../../src/contract/world.ts";
import { worldMachine, worldOf } from "../support/edge-rig.ts";
import { until, useEdge } from "../support/edge-suite.ts";

const { edge, machine } = useEdge();
const MACHINE = "127.0.1.7";
const FAR_MACHINE = "127.0.2.7";
const FLYCAST = "127.0.9.1";
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Ports of this file's doors; each test has its own. */
let nextPort = 21_120;

/** A program that says hello first, then sends everything back, and ends when its client does. */
async function startProgram(host: string, greeting = ""): Promise<{ port: number; received: () => string }> {
  let text = "";
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    if (greeting !== "") socket.write(greeting);
    socket.on("data", (bytes: Buffer) => {
      text += bytes.toString("latin1");
      socket.write(bytes);
    });
    socket.on("end", () => socket.end("bye"));
    socket.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  closers.push(() => server.close());
  return { port: (server.address() as net.AddressInfo).port, received: () => text };
}

interface Wanted {
  readonly port: Partial<WorldPort>;
  readonly service?: Partial<WorldService>;
  readonly region?: "ams" | "iad";
  readonly flycast?: boolean;
}

function world(internalPort: number, door: number, { port, service, region = "ams", flycast }: Wanted): World {
  const base = worldOf(
    1,
    ["ams", "iad"],
    [
      worldMachine({
        ...{ id: "m1", region, address4: region === "ams" ? MACHINE : FAR_MACHINE, port: internalPort },
        service: {
          ports: [{ port: 5432, handlers: [], forceHttps: false, ...port }],
          concurrency: { type: "connections" },
          ...service,
        },
      }),
    ],
  );
  const protocol = service?.protocol ?? "tcp";
  return {
    ...base,
    doors: [{ protocol, hostPort: door, listenPort: door, app: "my-app", port: 5432 }],
    apps: flycast === true ? base.apps.map((app) => ({ ...app, flycast: [FLYCAST] })) : base.apps,
  };
}

/** Sends the text, ends its side, and gives everything that came back. */
function talk(socket: net.Socket, text: string): Promise<string> {
  closers.push(() => socket.destroy());
  return new Promise((resolve, reject) => {
    let all = "";
    socket.setEncoding("latin1").on("data", (more) => (all += String(more)));
    socket.on("end", () => resolve(all)).on("error", reject);
    socket.end(text, "latin1");
  });
}

/** Whether a handshake fails. */
function isRefused(socket: tls.TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("secureConnect", () => resolve(false)).on("error", () => resolve(true));
    socket.once("close", () => resolve(true)).once("end", () => resolve(true));
    closers.push(() => socket.destroy());
  });
}

const plain = (port: number, more: Partial<net.TcpNetConnectOpts> = {}) =>
  net.connect({ port, host: "127.0.0.1", allowHalfOpen: true, ...more });

describe("PH-01: a service without handlers", () => {
  test.for(["ams", "iad"] as const)("passes bytes as they are, both ways, to a machine in %s", async (region) => {
    const program = await startProgram(region === "ams" ? MACHINE : FAR_MACHINE, "hello ");
    const door = nextPort++;
    await edge().apply(world(program.port, door, { port: {}, region }));
    const big = "x".repeat(300_000);
    expect(await talk(plain(door), big)).toBe(`hello ${big}bye`);
    expect(program.received()).toBe(big);
  });

  test("LB-11: counts as one connection for as long as it is open", async () => {
    const program = await startProgram(MACHINE);
    const door = nextPort++;
    await edge().apply(world(program.port, door, { port: {} }));
    const socket = plain(door);
    socket.write("x");
    await until("the connection", () => program.received() === "x");
    expect(edge().dataPlane.load.ofMachine("m1")).toBe(1);
    await talk(socket, "");
    await until("its end", () => edge().dataPlane.load.ofMachine("m1") === 0);
  });

  test("ER-01: is reset where no machine serves it, and the app's log says PR01", async () => {
    const door = nextPort++;
    const given = world(1, door, { port: {} });
    await edge().apply({ ...given, machines: given.machines.map((one) => ({ ...one, started: false })) });
    await expect(talk(plain(door), "x")).rejects.toThrow(/ECONNRESET/);
    await until("the line", () => JSON.stringify(edge().posts).includes("[PR01]"));
  });
});

describe("PH-03: TLS ends at the edge", () => {
  const secure = (port: number, more: tls.ConnectionOptions = {}) =>
    tls.connect({ port, host: "127.0.0.1", servername: "my-app.localhost", ca: edge().authority, ...more });

  test("raw bytes go on inward, with the protocol and the versions that the service names", async () => {
    const program = await startProgram(MACHINE);
    const door = nextPort++;
    const tlsOptions = { alpn: ["mqtt"], versions: ["TLSv1.2"] };
    await edge().apply(world(program.port, door, { port: { handlers: ["tls"], tlsOptions } }));
    const socket = secure(door, { ALPNProtocols: ["mqtt"] });
    let agreed: unknown;
    socket.once("secureConnect", () => (agreed = [socket.alpnProtocol, socket.getProtocol()]));
    expect(await talk(socket, "ping")).toBe("pingbye");
    expect(agreed).toEqual(["mqtt", "TLSv1.2"]);
    expect(await isRefused(secure(door, { minVersion: "TLSv1.3" }))).toBe(true);
    expect(await isRefused(secure(door, { ALPNProtocols: ["amqp"] }))).toBe(true);
  });

  test("default_self_signed answers clients without a known name; without it they are refused", async () => {
    const program = await startProgram(MACHINE);
    const [door, strict] = [nextPort++, nextPort++];
    const unknown = { servername: "nobody.example", rejectUnauthorized: false };
    await edge().apply(world(program.port, strict, { port: { handlers: ["tls"] } }));
    expect(await isRefused(secure(strict, unknown))).toBe(true);
    const port = { handlers: ["tls"], tlsOptions: { defaultSelfSigned: true } };
    await edge().apply(world(program.port, door, { port }));
    const socket = secure(door, unknown);
    let names: unknown[] = [];
    socket.once("secureConnect", () => {
      const { issuer, subject } = socket.getPeerCertificate();
      names = [issuer.CN, subject.CN, socket.authorized];
    });
    expect(await talk(socket, "x")).toBe("xbye");
    expect(names).toEqual(["my-app.fly.dev", "my-app.fly.dev", false]);
  });

  test("PH-04: with the platform's cipher suites and no others", async () => {
    const program = await startProgram(MACHINE);
    const door = nextPort++;
    await edge().apply(world(program.port, door, { port: { handlers: ["tls"] } }));
    const old = { maxVersion: "TLSv1.2" } as const;
    expect(await talk(secure(door, { ...old, ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" }), "a")).toBe("abye");
    await expect(talk(secure(door, { ...old, ciphers: "ECDHE-ECDSA-AES128-SHA" }), "a")).rejects.toThrow();
  });
});

describe("PH-05: pg_tls", () => {
  const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
  const start = async () => {
    const program = await startProgram(MACHINE);
    const door = nextPort++;
    await edge().apply(world(program.port, door, { port: { handlers: ["pg_tls"] } }));
    return { program, door };
  };

  test("answers the question for TLS and shakes hands", async () => {
    const { door, program } = await start();
    const socket = plain(door);
    closers.push(() => socket.destroy());
    socket.write(SSL_REQUEST);
    const answer = await new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
    expect(answer).toBe("S");
    const secured = tls.connect({ socket, servername: "localhost", ca: edge().authority });
    expect(await talk(secured, "startup!")).toBe("startup!bye");
    expect(program.received()).toBe("startup!");
  });

  test("lets clients go on without TLS, and refuses bytes that came before its answer", async () => {
    const { door } = await start();
    expect(await talk(plain(door), "\0\0\0\u0008\0\u0003\0\0more")).toBe("\0\0\0\u0008\0\u0003\0\0morebye");
    const stuffed = SSL_REQUEST.toString("latin1") + "evil";
    expect(await talk(plain(door), stuffed).catch(() => "")).toBe("");
  });
});

test.for(["ams", "iad"] as const)("PH-06: PROXY v1 tells both addresses to a machine in %s", async (region) => {
  const program = await startProgram(region === "ams" ? MACHINE : FAR_MACHINE);
  const door = nextPort++;
  await edge().apply(world(program.port, door, { port: { handlers: ["proxy_proto"] }, region }));
  const socket = plain(door);
  await new Promise((resolve) => socket.once("connect", resolve));
  const { localPort } = socket;
  await talk(socket, "data");
  expect(program.received()).toBe(`PROXY TCP4 127.0.0.1 127.0.1.253 ${localPort} 5432\r\ndata`);
});

test("PH-06: PROXY v2 is there before HTTP too, and nobody else's request follows on the connection", async () => {
  const program = await startProgram(MACHINE);
  const door = nextPort++;
  const port = { handlers: ["http", "proxy_proto"], proxyProto: "v2" } as const;
  const given = world(program.port, door, { port: { ...port, handlers: [...port.handlers] } });
  await edge().apply(given);
  const socket = plain(door);
  closers.push(() => socket.destroy());
  socket.write("GET /x HTTP/1.1\r\nhost: a\r\n\r\n");
  await until("the request", () => program.received().includes("GET /x"));
  const head = program.received();
  expect(head.startsWith("\r\n\r\n\0\r\nQUIT\n\u0021\u0011\0\u000c\u007f\0\0\u0001\u007f\0\u0001\u00fd")).toBe(true);
  expect(head.slice(26, 28)).toBe("\u0015\u0038");
  expect(head.slice(28)).toMatch(/^GET \/x HTTP\/1\.1\r\n/);
});

describe("AS-12: Flycast", () => {
  test("HTTP enters in the region of the machine that asks, and may start machines", async () => {
    const near = await machine(MACHINE);
    const door = nextPort++;
    const port = { port: 5432, handlers: ["http"] };
    const given = world(near.port, door, { port, flycast: true, service: { autostart: true } });
    const asleep = { ...given.machines[0]!, started: false, state: "stopped", stoppedAtMs: 0 };
    await edge().apply({ ...given, machines: [asleep] });
    const socket = plain(5432, { host: FLYCAST, localAddress: "127.0.2.9" });
    const answer = talk(socket, "GET /flycast HTTP/1.1\r\nhost: my-app.flycast\r\nconnection: close\r\n\r\n");
    await until("the wake", () => edge().posts.some(({ path }) => path.endsWith("/m1/wake")));
    await edge().apply({ ...given, version: 2 });
    expect(await answer).toContain('"fly-region":"iad"');
  });

  test("raw TCP works over it, and is told the app's own address by PROXY", async () => {
    const program = await startProgram(MACHINE);
    const door = nextPort++;
    await edge().apply(world(program.port, door, { port: { handlers: ["proxy_proto"] }, flycast: true }));
    const socket = plain(5432, { host: FLYCAST, localAddress: "127.0.1.9" });
    await talk(socket, "data");
    expect(program.received()).toMatch(/^PROXY TCP4 127\.0\.1\.9 127\.0\.9\.1 \d+ 5432\r\ndata$/);
  });
});

test("PH-11: UDP reaches the port of the same number, and answers come back", async () => {
  const server = dgram.createSocket("udp4");
  const client = dgram.createSocket("udp4");
  closers.push(
    () => server.close(),
    () => client.close(),
  );
  await new Promise<void>((resolve) => server.bind(0, MACHINE, resolve));
  server.on("message", (bytes, from) => server.send(`${from.address} ${String(bytes)}`, from.port, from.address));
  const door = nextPort++;
  await edge().apply(world(server.address().port, door, { port: {}, service: { protocol: "udp" } }));
  const answers: string[] = [];
  client.on("message", (bytes) => answers.push(String(bytes)));
  for (const word of ["one", "two"]) client.send(word, door, "127.0.0.1");
  await until("both answers", () => answers.length === 2);
  expect(answers).toEqual(["127.0.1.253 one", "127.0.1.253 two"]);
  expect(edge().dataPlane.load.ofMachine("m1")).toBe(1);
});

test("RP-01: a fly-replay in raw bytes is only bytes", async () => {
  const answer = "HTTP/1.1 200 OK\r\nfly-replay: elsewhere=true\r\ncontent-length: 0\r\n\r\n";
  const program = await startProgram(MACHINE);
  const door = nextPort++;
  await edge().apply(world(program.port, door, { port: {} }));
  expect(await talk(plain(door), answer)).toBe(`${answer}bye`);
});

test("PH-09: raw bytes that stop flowing end after the service's idle time", async () => {
  const program = await startProgram(MACHINE);
  const door = nextPort++;
  await edge().apply(world(program.port, door, { port: { httpOptions: { idleTimeoutMs: 300 } } }));
  const socket = plain(door);
  closers.push(() => socket.destroy());
  const begun = performance.now();
  socket.write("x");
  const ended = (resolve: () => void) => socket.once("error", resolve).once("end", resolve).resume();
  await new Promise<void>((resolve) => void ended(resolve));
  expect(performance.now() - begun).toBeGreaterThan(250);
});

test("PH-09: the time for a head and the idle time are the service's own", async () => {
  const near = await machine(MACHINE);
  const door = nextPort++;
  const httpOptions = { headersReadTimeoutMs: 300 };
  await edge().apply(world(near.port, door, { port: { handlers: ["http"], httpOptions } }));
  const socket = plain(door);
  closers.push(() => socket.destroy());
  socket.write("GET / HT");
  const text = await new Promise<string>((resolve) => socket.once("data", (bytes) => resolve(String(bytes))));
  expect(text).toMatch(/^HTTP\/1\.1 408 /);
});
