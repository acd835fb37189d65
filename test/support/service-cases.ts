// Services that no host name leads to, and files of machines, as their users reach them on a planet that is up: raw TCP, the
// PROXY protocol, UDP, Flycast, statics.
import { createSocket } from "node:dgram";
import { mkdir, writeFile } from "node:fs/promises";
import net from "node:net";
import path from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { waitUntil } from "../../src/platform/clock.ts";
import type { HangarCli } from "./hangar-cli.ts";
import { rawRequest } from "./raw-request.ts";

const APP = "services";
/** Ports of this machine that the planet needs for these cases, as `up` takes them. */
export const SERVICE_PORTS = "21520-21522";

const CONFIG = `app = "${APP}"
primary_region = "iad"
[http_service]
  internal_port = 8080
[[statics]]
  guest_path = "/app/public"
  url_prefix = "/files"
[[services]]
  internal_port = 7000
  [[services.ports]]
    port = 5000
[[services]]
  internal_port = 7001
  [[services.ports]]
    port = 5001
    handlers = ["proxy_proto"]
[[services]]
  internal_port = 7000
  protocol = "udp"
  [[services.ports]]
    port = 5002
`;
const DOCKERFILE = `FROM node:24-bookworm-slim
WORKDIR /app
COPY . .
CMD ["node", "server.js"]
`;
/** Sends everything back; on 7001, once a line has come: the PROXY protocol's header is one. */
const SERVER = `const echo = (socket) => socket.on("error", () => {}).pipe(socket);
require("node:http").createServer((q, r) => r.end("the app: " + q.url)).listen(8080, "::");
require("node:net").createServer(echo).listen(7000, "::");
require("node:net").createServer(echo).listen(7001, "::");
const udp = require("node:dgram").createSocket("udp6");
udp.on("message", (bytes, from) => udp.send(bytes, from.port, from.address)).bind(7000);
`;

interface Deployed {
  readonly machines: readonly { readonly id: string }[];
  readonly urls: readonly string[];
  readonly doors: readonly { readonly protocol: string; readonly port: number; readonly hostPort?: number }[];
}

/** Sends the text over TCP, ends its side, and gives all that came back. */
function talk(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let all = "";
    const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true }).setEncoding("latin1");
    socket.on("data", (more) => (all += String(more))).on("error", reject);
    socket.on("end", () => {
      socket.destroy();
      resolve(all);
    });
    socket.end(text);
  });
}

/** `cli` gives a command line whose planet is up, with SERVICE_PORTS. */
export function serviceCases(cli: () => HangarCli): void {
  let dir: string;
  let deployed: Deployed;
  const hostPort = (port: number): number => deployed.doors.find((door) => door.port === port)?.hostPort ?? 0;

  describe("services of an app", () => {
    beforeAll(async () => {
      dir = path.join(cli().dir, APP);
      await mkdir(path.join(dir, "public"), { recursive: true });
      for (const [name, text] of Object.entries({
        ...{ "fly.toml": CONFIG, Dockerfile: DOCKERFILE, "server.js": SERVER },
        "public/hello.txt": "a file of the machine\n",
      }))
        await writeFile(path.join(dir, name), text);
      deployed = await cli().json<Deployed>(["deploy", dir]);
    });

    test("deploy names the ports of this machine that lead to them", async () => {
      expect(deployed.doors).toEqual([
        { app: APP, protocol: "tcp", port: 5_000, hostPort: 21_520 },
        { app: APP, protocol: "tcp", port: 5_001, hostPort: 21_521 },
        { app: APP, protocol: "udp", port: 5_002, hostPort: 21_520 },
      ]);
      const { stdout } = await cli().run(["deploy", dir]);
      expect(stdout).toContain(`http://${APP}.localhost:${cli().httpPort}\n`);
      expect(stdout).toContain("  tcp 5000  127.0.0.1:21520\n  tcp 5001  127.0.0.1:21521\n  udp 5002  127.0.0.1:21520");
    });

    test("raw TCP passes both ways, to its end", async () => {
      const text = "0123456789".repeat(20_000);
      expect((await talk(hostPort(5_000), text)) === text).toBe(true);
    });

    test("the PROXY protocol says whose connection it is", async () => {
      const answer = await talk(hostPort(5_001), "hello");
      expect(answer).toMatch(/^PROXY TCP[46] \S+ \S+ \d+ 5001\r\nhello$/);
    });

    test("UDP comes back from where it was sent to", async () => {
      const socket = createSocket("udp4");
      const received: string[] = [];
      socket.on("message", (bytes, from) => void received.push(`${from.port} ${bytes.toString()}`));
      try {
        // Datagrams may be lost, as they may anywhere.
        const answered = await waitUntil(
          () => {
            socket.send("over UDP", hostPort(5_002), "127.0.0.1");
            return received[0];
          },
          { what: "a datagram", deadlineMs: 30_000, intervalMs: 100 },
        );
        expect(answered).toBe("21520 over UDP");
      } finally {
        socket.close();
      }
    });

    test("statics are files of the machine, and what is none is the app's", async () => {
      const headers = { host: `${APP}.localhost` };
      const at = (place: string) => rawRequest(`http://127.0.0.1:${cli().httpPort}${place}`, { headers });
      expect(await at("/files/hello.txt")).toEqual({ status: 200, body: "a file of the machine\n" });
      expect(await at("/files/none.txt")).toEqual({ status: 200, body: "the app: /files/none.txt" });
    });

    test("Flycast leads machines to the app, by HTTP and by raw TCP", async () => {
      await cli().json(["ips", "allocate-v6", "--private", "-a", APP]);
      const script = `const net = require("node:net"); fetch("http://${APP}.flycast/inside").then((r) => r.text()).then((text) => { const s = net.connect(5000, "${APP}.flycast", () => s.write("raw")); s.on("data", (d) => { console.log(text + ", " + d); s.destroy(); }); s.on("error", (e) => { console.log(e.code); process.exit(1); }); }, (e) => { console.log(e.cause?.code); process.exit(1); })`;
      const inside = ["machine", "exec", "-a", APP, "-m", deployed.machines[0]!.id, `node -e '${script}'`];
      const answer = await waitUntil(
        async () => {
          const { exitCode, stdout } = await cli().run(inside);
          return exitCode === 0 ? stdout.trim() : undefined;
        },
        { what: "the address to be known everywhere", deadlineMs: 60_000, intervalMs: 500 },
      );
      expect(answer).toBe("the app: /inside, raw");
    });
  });
}
