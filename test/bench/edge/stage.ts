// What an edge bench needs around it: an app, proxies in front of it, and a certificate. Everything ends with the bench.
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { build } from "rolldown";
import { createIssuer } from "../../../src/emulator/control-plane/leaf-signer.ts";
import { edgeSpec } from "../../../src/emulator/lifecycle/planet-spec.ts";
import { createAuthority } from "../../../src/platform/x509.ts";
import { caddyConfig } from "./caddy.ts";
import { haproxyConfig } from "./haproxy.ts";
import { HOST } from "./load.ts";
import { type Program, startProgram } from "./programs.ts";

export type ProxyKind = "edge" | "edge-handles" | "haproxy" | "caddy" | "node:http" | "http-proxy-3";

export interface Proxy extends Program {
  readonly port: number;
  /** Only the edge and HAProxy speak TLS here. */
  readonly securePort: number;
}

export interface Stage {
  /** The app without a proxy. */
  readonly appPort: number;
  proxy(kind: ProxyKind): Proxy;
}

const file = (name: string): string => path.join(import.meta.dirname, name);

/** Starts the proxies with an app behind them, and ends all of them after the work. */
export async function withProxies<T>(kinds: readonly ProxyKind[], work: (stage: Stage) => Promise<T>): Promise<T> {
  // Where the edge finds koffi, which cannot be bundled.
  const folder = mkdtempSync(file("../../../node_modules/.hangar-bench-"));
  const programs: Program[] = [];
  const proxies = new Map<ProxyKind, Proxy>();
  try {
    const appPort = await freePort();
    programs.push(await startProgram([process.execPath, file("origin.ts"), String(appPort)], "around", appPort));
    for (const kind of kinds) {
      const [port, securePort] = [await freePort(), await freePort()];
      const command = await commandOf(kind, { port, securePort, appPort, folder });
      const program = await startProgram(command, "proxy", port);
      programs.push(program);
      proxies.set(kind, { ...program, port, securePort });
    }
    return await work({ appPort, proxy: (kind) => proxies.get(kind)! });
  } finally {
    for (const program of programs) await program.stop();
    rmSync(folder, { recursive: true });
  }
}

interface Place {
  readonly port: number;
  readonly securePort: number;
  readonly appPort: number;
  readonly folder: string;
}

async function commandOf(kind: ProxyKind, place: Place): Promise<readonly string[]> {
  const { port, securePort, appPort, folder } = place;
  switch (kind) {
    case "haproxy": {
      const certificate = path.join(folder, "haproxy.pem");
      writeFileSync(certificate, await certificateWithKey());
      return ["haproxy", "-db", "-f", written(folder, "haproxy.cfg", haproxyConfig({ ...place, certificate }))];
    }
    case "caddy":
      return ["caddy", "run", "--adapter", "caddyfile", "--config", written(folder, "Caddyfile", caddyConfig(place))];
    case "edge":
    case "edge-handles": {
      const sockets = kind === "edge" ? "public" : "handles";
      const program = path.join(folder, "edge.mjs");
      // As in planets, it is one file: what a module takes from another costs more at each use than what is its own.
      if (!existsSync(program))
        await build({
          ...{ input: file("edge.ts"), platform: "node", external: ["koffi"] },
          output: { file: program, codeSplitting: false },
        });
      return [...nodeAsInPlanets(), program, ...[port, securePort, appPort].map(String), sockets];
    }
    default:
      return [process.execPath, file("node-proxies.ts"), kind, ...[port, appPort].map(String)];
  }
}

function written(folder: string, name: string, text: string): string {
  const target = path.join(folder, name);
  writeFileSync(target, text);
  return target;
}

/** Node.js with the flags that it has in the edge's container. */
function nodeAsInPlanets(): string[] {
  const planet = { name: "bench", block: 0, home: "iad" };
  const { entrypoint = [] } = edgeSpec({ planet, image: "", regions: [], httpPort: 0, httpsPort: 0, version: "" });
  return [process.execPath, ...entrypoint.filter((part) => part.startsWith("--"))];
}

/** The same kind of key and certificate that the edge makes for itself. */
async function certificateWithKey(): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  const authority = await createAuthority("Bench", Date.now());
  return privateKey + (await createIssuer(authority, Date.now).issue(HOST, publicKey));
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
