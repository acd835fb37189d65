// An edge on loopback addresses, without wan and without policy routing: for its logic. Regions are 127.0.<n>.0/24.
import { randomBytes } from "node:crypto";
import net from "node:net";
import type { LeafCertificate, LeafRequest } from "../../src/contract/planet.ts";
import type { World, WorldCheck, WorldMachine, WorldService } from "../../src/contract/world.ts";
import { createLeafSigner } from "../../src/emulator/control-plane/leaf-signer.ts";
import { runCheck } from "../../src/emulator/edge/checks/run-check.ts";
import { createDataPlane, type DataPlane } from "../../src/emulator/edge/data-plane.ts";
import { CLIENT_TIME_LIMITS, type ClientTimeLimits } from "../../src/emulator/edge/http1/client-policy.ts";
import { serverName } from "../../src/emulator/edge/platform-fields.ts";
import { createHandleSockets, publicSockets } from "../../src/emulator/edge/http1/sockets.ts";
import { isSignedName } from "../../src/emulator/model/host-names.ts";
import type { OpenAnswer } from "../../src/platform/http-send.ts";
import { type AuthorityMaterial, createAuthority } from "../../src/platform/x509.ts";
import { systemTimer } from "../../src/platform/clock.ts";

/** Regions of the rig's worlds and the RTTs that their links claim to have. */
export const RTT_MS = { "ams iad": 80, "iad nrt": 160, "ams nrt": 230 } as const;

export const HTTP_SERVICE: WorldService = {
  internalPort: 8080,
  protocol: "tcp",
  ports: [
    { port: 80, handlers: ["http"], forceHttps: false },
    { port: 443, handlers: ["tls", "http"], forceHttps: false },
  ],
  concurrency: { type: "requests" },
};

export interface MachineOptions {
  readonly id: string;
  readonly region: string;
  /** Where it really listens: an address of 127.0.0.0/8. */
  readonly address4: string;
  readonly port: number;
  readonly app?: string;
  readonly started?: boolean;
  readonly cordoned?: boolean;
  readonly concurrency?: WorldService["concurrency"];
  readonly checks?: readonly WorldCheck[];
  /** What its only service has beside these. */
  readonly service?: Partial<WorldService>;
  /** What the machine has beside these. */
  readonly more?: Partial<WorldMachine>;
  readonly h2Backend?: boolean;
}

export function worldMachine(options: MachineOptions): WorldMachine {
  const {
    id,
    region,
    address4,
    port,
    app = "my-app",
    started = true,
    cordoned = false,
    concurrency = { type: "requests" },
    checks = [],
    h2Backend = false,
  } = options;
  const ports = HTTP_SERVICE.ports.map((each) => (h2Backend ? { ...each, httpOptions: { h2Backend } } : each));
  return {
    ...{ id, app, region, instanceId: `${id}-1`, processGroup: "app", address4, address6: "::1", started, cordoned },
    services: [{ ...HTTP_SERVICE, ports, internalPort: port, concurrency, ...options.service }],
    checks: [...checks],
    ...options.more,
  };
}

export function worldOf(version: number, regions: readonly string[], machines: readonly WorldMachine[]): World {
  return {
    ...{ version, planet: "test", home: regions[0]!, block: { secondOctet: 18, firstThirdOctet: 0, ulaNetwork: 1 } },
    regions: regions.map((code, slot) => ({
      ...{ code, slot, subnet4: `127.0.${slot + 1}.0/24`, subnet6: "::/64", wan4: "127.0.0.1", wan6: "::1" },
      edge4: `127.0.${slot + 1}.253`,
      edge6: `::ffff:127.0.${slot + 1}.252`,
    })),
    links: Object.entries(RTT_MS)
      .map(([pair, rttMs]) => ({ a: pair.slice(0, 3), b: pair.slice(4), rttMs }))
      .filter(({ a, b }) => regions.includes(a) && regions.includes(b)),
    apps: [...new Set(["my-app", ...machines.map(({ app }) => app)])].map((name) => ({ name })),
    machines: [...machines],
  };
}

export interface EdgeRig {
  readonly dataPlane: DataPlane;
  readonly port: number;
  readonly securePort: number;
  /** The certificate of the authority that signs for this edge. */
  readonly authority: string;
  readonly backhaulPort: number;
  readonly echoPort: number;
  /** What was posted to control. */
  readonly posts: { path: string; body: unknown }[];
  readonly logs: string[];
  apply(world: World): Promise<void>;
  stop(): void;
}

export interface EdgeRigOptions {
  readonly timeLimits?: Partial<ClientTimeLimits>;
  readonly maxConnections?: number;
  readonly post?: (path: string, body: unknown) => Promise<{ status: number; body: string }>;
  readonly open?: (path: string, body: unknown) => Promise<OpenAnswer>;
  readonly nowMs?: () => number;
  /** Absent: as HANGAR_TEST_SOCKETS says, or the public ones. */
  readonly sockets?: "public" | "handles";
  /** Where clients connect; absent: ports that are free. */
  readonly ports?: { readonly plain: number; readonly secure: number };
  /** What control gives out for apps' own host names. */
  readonly ownNames?: ReadonlyMap<string, LeafCertificate>;
}

/** One for all rigs of a file: making it takes a while. */
let authority: Promise<AuthorityMaterial> | undefined;

/** A free port on loopback, for the backhaul and the echo of all regions. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export async function startEdgeRig(options: EdgeRigOptions = {}): Promise<EdgeRig> {
  const posts: EdgeRig["posts"] = [];
  const logs: string[] = [];
  const [backhaulPort, echoPort] = [await freePort(), await freePort()];
  authority ??= createAuthority("Test authority", Date.now());
  const material = await authority;
  const signer = createLeafSigner({ authority: material, isServed: isSignedName, nowMs: Date.now });
  const kind = options.sockets ?? process.env["HANGAR_TEST_SOCKETS"];
  const sockets = kind === "handles" ? createHandleSockets({ timer: systemTimer }) : publicSockets;
  const dataPlane = createDataPlane({
    ...{
      sockets,
      runCheck,
      backhaulPort,
      echoPort,
      server: serverName("test", 0),
    },
    timeLimits: { ...CLIENT_TIME_LIMITS, ...options.timeLimits },
    maxConnections: options.maxConnections,
    nowMs: sockets.clock(options.nowMs ?? Date.now),
    ...{ monotonicMs: () => performance.now(), timer: systemTimer, random: Math.random, randomBytes },
    log: (text) => void logs.push(text),
    open: (path, body) => {
      posts.push({ path, body });
      return options.open?.(path, body) ?? Promise.reject(new Error("nobody there"));
    },
    post: (path, body) => {
      if (path === "/hangar/v1/certificates/leaf") {
        const { name, publicKey, selfSigned } = body as LeafRequest;
        if (selfSigned === true)
          return signer.signItself(name).then((made) => ({ status: 200, body: JSON.stringify(made) }));
        const own = options.ownNames?.get(name);
        if (own !== undefined) return Promise.resolve({ status: 200, body: JSON.stringify(own) });
        return signer.sign(name, publicKey).then(
          (certificate) => ({ status: 200, body: JSON.stringify({ certificate }) }),
          () => ({ status: 422, body: "{}" }),
        );
      }
      posts.push({ path, body });
      return options.post?.(path, body) ?? Promise.resolve({ status: 200, body: "{}" });
    },
  });
  await dataPlane.clients.listen("127.0.0.1", options.ports?.plain ?? 0);
  await dataPlane.secureClients.listen("127.0.0.1", options.ports?.secure ?? 0);
  return {
    ...{ securePort: dataPlane.secureClients.port(), authority: material.certificate },
    ...{ dataPlane, port: dataPlane.clients.port(), backhaulPort, echoPort, posts, logs },
    apply: (world) => dataPlane.apply(world, world.regions),
    stop: () => dataPlane.close(),
  };
}
