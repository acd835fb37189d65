// A planet's networks with a real wan and one plain container per region, without control: worlds are pushed by the test.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { COMPONENT_PORT } from "../../src/contract/ports.ts";
import { type ComponentStatus, type World } from "../../src/contract/world.ts";
import { LABEL, names, planetLabels } from "../../src/emulator/runtime/labels.ts";
import {
  blockOf,
  machineAddresses,
  managementAddresses,
  regionAddresses,
} from "../../src/emulator/topology/address-plan.ts";
import { waitUntil } from "../../src/platform/clock.ts";
import { docker, sweep } from "./docker-cli.ts";

const IMAGE = "node:24-bookworm-slim";
const REPOSITORY = path.resolve(import.meta.dirname, "../..");
const TOKEN = "wan-rig-token";

export interface WanRigOptions {
  readonly planet: string;
  readonly block: number;
  readonly regions: readonly string[];
  readonly links: World["links"];
  /** Command of the wan container, for a bundle in place of the sources. */
  readonly program?: readonly string[];
}

export interface RoundTrips {
  readonly tcp: number[];
  readonly udp: number[];
}

export interface WanRig {
  readonly world: World;
  readonly wan: string;
  put(world: World, token?: string): Promise<{ status: number; body: unknown }>;
  status(): Promise<ComponentStatus>;
  /** Creates a region's network, a container in it, and attaches wan. */
  addRegion(region: string): Promise<void>;
  /** Runs the probe in the container of a region. */
  probe<T>(region: string, ...args: string[]): Promise<T>;
  /** Ends all of wan's processes at once; Docker starts the container again. */
  killContainer(): Promise<void>;
  measure(from: string, to: string, family: 4 | 6, count: number): Promise<RoundTrips>;
  stop(): Promise<void>;
}

function labelArgs(labels: Readonly<Record<string, string>>): string[] {
  return Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
}

function planWorld({ planet, block, regions, links }: WanRigOptions): World {
  return {
    version: 1,
    planet,
    home: regions[0]!,
    block: blockOf(block),
    regions: regions.map((code, slot) => ({ code, slot, ...regionAddresses(block, slot) })),
    links: [...links],
    apps: [{ name: "echo" }, { name: "idle" }],
    machines: regions.map((region, slot) => ({
      id: `machine${slot}`,
      app: "echo",
      region,
      instanceId: `instance${slot}`,
      processGroup: "app",
      ...machineAddresses(block, slot, 1),
      started: true,
      cordoned: false,
      services: [],
      checks: [],
    })),
  };
}

/** Starts the rig: wan runs from the sources of this repository, and no world is in force yet. */
export async function startWanRig(options: WanRigOptions): Promise<WanRig> {
  const { planet, block, regions, program = ["/hangar/src/emulator/processes/wan.ts"] } = options;
  const label = `${LABEL.planet}=${planet}`;
  await sweep(label);
  const folder = await mkdtemp(path.join(tmpdir(), "hangar-wan-"));
  await writeFile(path.join(folder, "token"), TOKEN, { mode: 0o400 });
  const management = managementAddresses(block);
  const world = planWorld(options);
  const wan = names.container(planet, "wan");
  const machineName = (region: string): string => `hangar-${planet}-machine-${region}`;

  const createNetwork = async (region: string): Promise<void> => {
    const addresses = regionAddresses(block, regions.indexOf(region));
    await docker(
      ...["network", "create", "--ipv6", ...labelArgs(planetLabels(planet, "network"))],
      ...[
        "-o",
        "com.docker.network.bridge.gateway_mode_ipv4=routed",
        "-o",
        "com.docker.network.bridge.gateway_mode_ipv6=routed",
      ],
      ...[
        "--subnet",
        addresses.subnet4,
        "--gateway",
        addresses.bridge4,
        "--aux-address",
        `DefaultGatewayIPv4=${addresses.wan4}`,
      ],
      ...[
        "--subnet",
        addresses.subnet6,
        "--gateway",
        addresses.bridge6,
        "--aux-address",
        `DefaultGatewayIPv6=${addresses.wan6}`,
      ],
      names.regionNetwork(planet, region),
    );
  };
  const attachWan = async (region: string): Promise<void> => {
    const { wanDocker4, wanDocker6 } = regionAddresses(block, regions.indexOf(region));
    await docker(
      "network",
      "connect",
      "--ip",
      wanDocker4,
      "--ip6",
      wanDocker6,
      names.regionNetwork(planet, region),
      wan,
    );
  };
  const startMachine = async (region: string): Promise<void> => {
    const slot = regions.indexOf(region);
    const { address4, address6 } = machineAddresses(block, slot, 1);
    await docker(
      ...["run", "-d", "--name", machineName(region), ...labelArgs(planetLabels(planet, "machine"))],
      ...[
        "--network",
        names.regionNetwork(planet, region),
        "--ip",
        address4,
        "--ip6",
        address6,
        "--dns",
        regionAddresses(block, slot).wan4,
      ],
      ...["--security-opt", "no-new-privileges", "-v", `${REPOSITORY}/test/fixtures/executables:/probe:ro`],
      ...[IMAGE, "node", "/probe/network-probe.mjs", "serve"],
    );
  };
  const send = async (
    method: string,
    route: string,
    token: string,
    body?: string,
  ): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`http://${management.wan4}:${COMPONENT_PORT}${route}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      signal: AbortSignal.timeout(5_000),
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, body: await response.json() };
  };
  const status = async (): Promise<ComponentStatus> => {
    const answer = await send("GET", "/status", TOKEN);
    return answer.body as ComponentStatus;
  };
  const probe = async <T>(region: string, ...args: string[]): Promise<T> =>
    JSON.parse(await docker("exec", machineName(region), "node", "/probe/network-probe.mjs", ...args)) as T;

  await docker(
    "network",
    "create",
    ...labelArgs(planetLabels(planet, "network")),
    "--subnet",
    management.subnet4,
    "--gateway",
    management.bridge4,
    names.managementNetwork(planet),
  );
  await docker(
    ...[
      "create",
      "--name",
      wan,
      ...labelArgs(planetLabels(planet, "wan")),
      "--network",
      names.managementNetwork(planet),
      "--ip",
      management.wan4,
    ],
    ...["--cap-add", "NET_ADMIN", "--device", "/dev/net/tun", "--init", "--restart", "always"],
    ...["net.ipv4.ip_forward=1", "net.ipv6.conf.all.disable_ipv6=0", "net.ipv6.conf.default.disable_ipv6=0"].flatMap(
      (sysctl) => ["--sysctl", sysctl],
    ),
    ...["net.ipv6.conf.all.forwarding=1", "net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.default.rp_filter=0"].flatMap(
      (sysctl) => ["--sysctl", sysctl],
    ),
    ...[
      "-v",
      `${REPOSITORY}:/hangar:ro`,
      "-v",
      `${folder}/token:/etc/hangar/token:ro`,
      "-e",
      `HANGAR_MGMT_ADDRESS=${management.wan4}`,
    ],
    // The loop makes a killed process come back in the same network namespace, among its own leftovers.
    ...[
      IMAGE,
      "sh",
      "-c",
      'trap "kill \\$!; wait; exit" TERM; while :; do "$@" & wait; done',
      "wan",
      "node",
      "--disable-warning=ExperimentalWarning",
      ...program,
    ],
  );
  const attached = new Set<string>();
  const addRegion = async (region: string): Promise<void> => {
    attached.add(region);
    await createNetwork(region);
    await attachWan(region);
    await startMachine(region);
  };
  await docker("start", wan);
  for (const region of regions.slice(0, -1)) await addRegion(region);
  await waitUntil(status, { what: "wan to listen", deadlineMs: 20_000, intervalMs: 50 });

  return {
    world,
    wan,
    put: (next, token = TOKEN) => send("PUT", "/world", token, JSON.stringify(next)),
    status,
    addRegion,
    probe,
    measure: (from, to, family, count) => {
      const { address4, address6 } = machineAddresses(block, regions.indexOf(to), 1);
      return probe(from, "measure", family === 4 ? address4 : address6, String(count));
    },
    async killContainer() {
      // Not `docker kill`, which would count as somebody's wish and not be followed by a restart.
      await docker("exec", wan, "sh", "-c", "kill -9 -1").catch(() => undefined);
    },
    async stop() {
      await sweep(label);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The value that a part (0 to 1) of the list is below. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN;
}
