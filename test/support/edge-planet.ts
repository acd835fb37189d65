// A planet's networks with a real wan, a real edge, and one HTTP machine per serving region, without control: the test
// pushes worlds, and plays control on the management bridge.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { COMPONENT_PORT, EDGE_HTTP_PORT } from "../../src/contract/ports.ts";
import { type ComponentStatus, type World } from "../../src/contract/world.ts";
import { names, planetLabels } from "../../src/emulator/runtime/labels.ts";
import { machineAddresses, managementAddresses, regionAddresses } from "../../src/emulator/topology/address-plan.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { docker } from "./docker-cli.ts";
import { startWanRig, type WanRig } from "./wan-rig.ts";

const IMAGE = "node:24-bookworm-slim";
const REPOSITORY = path.resolve(import.meta.dirname, "../..");
const TOKEN = "edge-rig-token";
/** Number of the HTTP machine in its region; the wan rig's own is 1. */
const MACHINE_NUMBER = 2;
export const MACHINE_PORT = 8080;

export interface EdgePlanetOptions {
  readonly planet: string;
  readonly block: number;
  /** All regions; the last one is not attached at first. */
  readonly regions: readonly string[];
  readonly serving: readonly string[];
  readonly links: World["links"];
  /** Arguments of node in the edge container, for a bundle in place of the sources. */
  readonly program?: readonly string[];
}

export interface EdgePlanet {
  readonly wan: WanRig;
  readonly edge: string;
  /** The world with all regions. */
  readonly world: World;
  /** Where clients connect. */
  readonly host: string;
  /** Requests that edge made of control. */
  readonly asked: { path: string; body: unknown }[];
  /** Called when edge asks for regions. */
  onActivate: (regions: readonly string[]) => Promise<void>;
  addRegion(region: string): Promise<void>;
  call(method: string, route: string, body?: unknown, token?: string): Promise<{ status: number; body: unknown }>;
  status(): Promise<ComponentStatus>;
  /** Runs edge-probe.mjs in edge's container. */
  probe<T>(...args: string[]): Promise<T>;
  stop(): Promise<void>;
}

function labelArgs(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
}

function withServices(world: World, { block, regions, serving }: EdgePlanetOptions): World {
  const machines = serving.map((region): World["machines"][number] => ({
    ...{
      id: `http${region}`,
      app: "my-app",
      region,
      instanceId: `http${region}-1`,
      processGroup: "app",
      started: true,
      cordoned: false,
    },
    ...machineAddresses(block, regions.indexOf(region), MACHINE_NUMBER),
    services: [
      {
        internalPort: MACHINE_PORT,
        protocol: "tcp",
        ports: [{ port: 80, handlers: ["http"], forceHttps: false }],
        concurrency: { type: "connections" },
      },
    ],
    checks: [
      {
        name: "up",
        type: "http",
        port: MACHINE_PORT,
        path: "/up",
        intervalMs: 1_000,
        timeoutMs: 1_000,
        gracePeriodMs: 0,
        gatesRouting: true,
      },
    ],
  }));
  return { ...world, apps: [...world.apps, { name: "my-app" }], machines: [...world.machines, ...machines] };
}

const APP = `require("http").createServer((q, r) => { q.resume(); r.setHeader("x-region", process.env.FLY_REGION); r.end(JSON.stringify(q.headers)); }).listen(${MACHINE_PORT}, "::")`;

export async function startEdgePlanet(options: EdgePlanetOptions): Promise<EdgePlanet> {
  const { planet, block, regions, serving, links, program = ["/hangar/src/emulator/processes/edge.ts"] } = options;
  const wan = await startWanRig({ planet, block, regions, links });
  const folder = await mkdtemp(path.join(tmpdir(), "hangar-edge-"));
  await writeFile(path.join(folder, "token"), TOKEN, { mode: 0o400 });
  const management = managementAddresses(block);
  const edge = names.container(planet, "edge");
  const asked: EdgePlanet["asked"] = [];
  const late = regions.at(-1)!;

  const control = http.createServer((request, response) => {
    let text = "";
    request.setEncoding("utf8").on("data", (more) => (text += String(more)));
    request.on("end", () => {
      const body: unknown = JSON.parse(text);
      asked.push({ path: request.url ?? "", body });
      if (request.url === "/hangar/v1/regions/activate")
        void self.onActivate((body as { regions: string[] }).regions).then(() => response.end("{}"));
      else response.end("{}");
    });
  });
  await new Promise<void>((resolve) => control.listen(0, management.bridge4, resolve));

  const attach = async (region: string): Promise<void> => {
    const { edge4, edge6 } = regionAddresses(block, regions.indexOf(region));
    await docker("network", "connect", "--ip", edge4, "--ip6", edge6, names.regionNetwork(planet, region), edge);
  };
  const startMachine = async (region: string): Promise<void> => {
    const { address4, address6 } = machineAddresses(block, regions.indexOf(region), MACHINE_NUMBER);
    await docker(
      ...[
        "run",
        "-d",
        "--name",
        `hangar-${planet}-http-${region}`,
        ...labelArgs(planetLabels(planet, "machine")),
        "-e",
        `FLY_REGION=${region}`,
      ],
      ...[
        "--network",
        names.regionNetwork(planet, region),
        "--ip",
        address4,
        "--ip6",
        address6,
        IMAGE,
        "node",
        "-e",
        APP,
      ],
    );
  };
  await docker(
    ...[
      "create",
      "--name",
      edge,
      ...labelArgs(planetLabels(planet, "edge")),
      "--network",
      names.managementNetwork(planet),
      "--ip",
      management.edge4,
    ],
    ...["--cap-add", "NET_ADMIN", "--init", "--restart", "always"],
    ...[
      "net.ipv6.conf.all.disable_ipv6=0",
      "net.ipv6.conf.default.disable_ipv6=0",
      "net.ipv4.conf.all.rp_filter=0",
    ].flatMap((sysctl) => ["--sysctl", sysctl]),
    ...["net.ipv4.conf.default.rp_filter=0", "net.ipv4.conf.all.accept_local=1"].flatMap((sysctl) => [
      "--sysctl",
      sysctl,
    ]),
    ...[
      "-v",
      `${REPOSITORY}:/hangar:ro`,
      "-v",
      `${folder}/token:/etc/hangar/token:ro`,
      "-e",
      `HANGAR_MGMT_ADDRESS=${management.edge4}`,
    ],
    ...["-e", `HANGAR_CONTROL_URL=http://${management.bridge4}:${(control.address() as AddressInfo).port}`],
    ...[
      IMAGE,
      "node",
      "--disable-warning=ExperimentalWarning",
      "--max-old-space-size=160",
      "--max-semi-space-size=2",
      ...program,
    ],
  );
  for (const region of regions) if (region !== late) await attach(region);
  for (const region of serving) await startMachine(region);
  await docker("start", edge);

  const self: EdgePlanet = {
    ...{ wan, edge, asked, host: management.edge4, world: withServices(wan.world, options) },
    onActivate: () => Promise.resolve(),
    async addRegion(region) {
      await wan.addRegion(region);
      await attach(region);
    },
    async call(method, route, body, token = TOKEN) {
      const response = await fetch(`http://${management.edge4}:${COMPONENT_PORT}${route}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        signal: AbortSignal.timeout(20_000),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: await response.json() };
    },
    status: async () => (await self.call("GET", "/status")).body as ComponentStatus,
    probe: async <T>(...args: string[]) =>
      JSON.parse(await docker("exec", edge, "node", "/hangar/test/fixtures/executables/edge-probe.mjs", ...args)) as T,
    async stop() {
      control.closeAllConnections();
      control.close();
      await wan.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  await waitUntil(self.status, { what: "edge to listen", deadlineMs: 20_000, intervalMs: 50 });
  return self;
}

export interface TimedAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
  /** From the call to the last byte of the response. */
  readonly elapsedMs: number;
}

/** Sends a request to edge; with an agent that keeps connections, over the one that the last request used. */
export function timedRequest(
  host: string,
  headers: Readonly<Record<string, string>>,
  agent: http.Agent | false = false,
): Promise<TimedAnswer> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const request = http.request({ host, port: EDGE_HTTP_PORT, agent, headers, setHost: false }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (more) => (body += String(more)));
      response.on("end", () => {
        const elapsedMs = performance.now() - start;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, elapsedMs });
      });
    });
    request.on("error", reject);
    request.end();
  });
}
