// Pure: the networks and infrastructure containers of a planet.
import { CONTROL_PORT, EDGE_FIRST_DOOR_PORT, EDGE_HTTP_PORT, EDGE_HTTPS_PORT } from "../../contract/ports.ts";
import type { PlanetRecord } from "../model/records.ts";
import type { Attachment, ContainerSpec, NetworkSpec } from "../runtime/container-runtime.ts";
import { LABEL, names, planetLabels } from "../runtime/labels.ts";
import { managementAddresses, regionAddresses } from "../topology/address-plan.ts";

/** Where infrastructure containers find their token and keep their state. */
export const TOKEN_FILE = "/etc/hangar/token";
/** Where control finds the user's certificate authority. */
export const AUTHORITY_FILES = { certificate: "/etc/hangar/authority.pem", key: "/etc/hangar/authority.key" } as const;
export const STATE_DIR = "/var/lib/hangar";

const PROGRAM_DIR = "/opt/hangar";
/** Not below /var/run: that is a link, and Engine 28 refuses to copy files into a container with a mount behind a link. */
const SOCKET_IN_CONTROL = "/run/docker.sock";

/** Ports that the planet opens on 127.0.0.1. */
export interface PlanetPorts {
  readonly control: number;
  readonly http: number;
  readonly https: number;
  /** Left to services that clients reach by a port alone. */
  readonly services?: readonly number[];
}

export interface ControlSpecInput {
  readonly planet: PlanetRecord;
  readonly image: string;
  readonly ports: PlanetPorts;
  /** The engine's socket as the daemon's host sees it. */
  readonly daemonSocket: string;
  readonly version: string;
}

const V6_ON = {
  "net.ipv6.conf.all.disable_ipv6": "0",
  "net.ipv6.conf.default.disable_ipv6": "0",
} as const;

const LOOSE_V4 = {
  "net.ipv4.conf.all.rp_filter": "0",
  "net.ipv4.conf.default.rp_filter": "0",
} as const;

/** Of the processes whose work is I/O, not garbage: it keeps their resident memory low. */
const YOUNG_MB = 2;
/** A request is over before its garbage is collected: with 2 MB a tenth of edge's time went into collections. It grows to this under load only. */
const EDGE_YOUNG_MB = 16;

function program(name: string, heapMb: number, youngMb = YOUNG_MB): readonly string[] {
  // Baseline code at once, and kept: requests are rare on a laptop, and each would otherwise run in the interpreter.
  const flags = [
    "--disable-warning=ExperimentalWarning",
    `--max-old-space-size=${heapMb}`,
    `--max-semi-space-size=${youngMb}`,
    // There is little to collect at a time: threads that are woken for it cost more than they take over.
    "--no-parallel-scavenge",
    "--always-sparkplug",
    "--no-flush-bytecode",
  ];
  return ["node", ...flags, `${PROGRAM_DIR}/${name}.js`];
}

/** The network that only control, wan and edge share; wan's way out to the internet. */
export function managementNetworkSpec(planet: PlanetRecord): NetworkSpec {
  const { subnet4, subnet6, bridge4, bridge6 } = managementAddresses(planet.block);
  return {
    name: names.managementNetwork(planet.name),
    labels: planetLabels(planet.name, "network"),
    subnet4,
    subnet6,
    bridge4,
    bridge6,
    routed: false,
  };
}

/** The network of a region: wan is the default route of everything on it. */
export function regionNetworkSpec(planet: PlanetRecord, region: string, slot: number): NetworkSpec {
  const { subnet4, subnet6, bridge4, bridge6, wan4, wan6 } = regionAddresses(planet.block, slot);
  return {
    name: names.regionNetwork(planet.name, region),
    labels: planetLabels(planet.name, "network", { [LABEL.region]: region }),
    subnet4,
    subnet6,
    bridge4,
    bridge6,
    gateway4: wan4,
    gateway6: wan6,
    routed: true,
  };
}

/** control: the only holder of the engine's socket, on the management network only. */
export function controlSpec({ planet, image, ports, daemonSocket, version }: ControlSpecInput): ContainerSpec {
  return {
    name: names.container(planet.name, "control"),
    image,
    labels: planetLabels(planet.name, "control"),
    networks: [{ network: names.managementNetwork(planet.name), address4: managementAddresses(planet.block).control4 }],
    hostname: "control",
    env: {
      HANGAR_PLANET: planet.name,
      HANGAR_BLOCK: String(planet.block),
      HANGAR_HOME_REGION: planet.home,
      HANGAR_IMAGE: image,
      HANGAR_VERSION: version,
      HANGAR_HTTP_PORT: String(ports.http),
      HANGAR_HTTPS_PORT: String(ports.https),
      HANGAR_SERVICE_PORTS: (ports.services ?? []).join(","),
      HANGAR_TOKEN_FILE: TOKEN_FILE,
      HANGAR_STATE_DIR: STATE_DIR,
      HANGAR_DOCKER_SOCKET: SOCKET_IN_CONTROL,
      // A control that died is back sooner when it need not compile itself again.
      NODE_COMPILE_CACHE: `${STATE_DIR}/compiled`,
    },
    entrypoint: program("control", 256),
    mounts: [
      { volume: names.stateVolume(planet.name), target: STATE_DIR },
      { hostPath: daemonSocket, target: SOCKET_IN_CONTROL },
    ],
    publish: [{ hostPort: ports.control, containerPort: CONTROL_PORT }],
    restartAlways: true,
    init: true,
  };
}

function legs(
  planet: PlanetRecord,
  component: "wan" | "edge",
  regions: readonly { code: string; slot: number }[],
): Attachment[] {
  const management = managementAddresses(planet.block);
  return [
    {
      network: names.managementNetwork(planet.name),
      address4: component === "wan" ? management.wan4 : management.edge4,
    },
    ...regions.map(({ code, slot }) => regionLeg(planet, component, code, slot)),
  ];
}

/** How wan or edge is attached to a region's network. */
export function regionLeg(planet: PlanetRecord, component: "wan" | "edge", region: string, slot: number): Attachment {
  const addresses = regionAddresses(planet.block, slot);
  return {
    network: names.regionNetwork(planet.name, region),
    address4: component === "wan" ? addresses.wanDocker4 : addresses.edge4,
    address6: component === "wan" ? addresses.wanDocker6 : addresses.edge6,
  };
}

export interface ComponentSpecInput {
  readonly planet: PlanetRecord;
  readonly image: string;
  readonly regions: readonly { readonly code: string; readonly slot: number }[];
  readonly httpPort: number;
  readonly httpsPort: number;
  readonly servicePorts?: readonly number[];
  readonly version: string;
}

/** wan: routes and delays what crosses regions, and answers DNS. */
export function wanSpec({ planet, image, regions }: ComponentSpecInput): ContainerSpec {
  return {
    name: names.container(planet.name, "wan"),
    image,
    labels: planetLabels(planet.name, "wan", { [LABEL.spec]: image }),
    networks: legs(planet, "wan", regions),
    hostname: "wan",
    env: {
      HANGAR_MGMT_ADDRESS: managementAddresses(planet.block).wan4,
      HANGAR_TOKEN_FILE: TOKEN_FILE,
      HANGAR_STATE_DIR: STATE_DIR,
    },
    entrypoint: program("wan", 96),
    netAdmin: true,
    devices: ["/dev/net/tun"],
    sysctls: { "net.ipv4.ip_forward": "1", "net.ipv6.conf.all.forwarding": "1", ...V6_ON, ...LOOSE_V4 },
    restartAlways: true,
    init: true,
  };
}

/** edge: the proxy of all regions, reached by clients on the host through one published port for each protocol. */
export function edgeSpec(input: ComponentSpecInput): ContainerSpec {
  const { planet, image, regions, httpPort, httpsPort, servicePorts = [], version } = input;
  const madeFrom = [image, httpPort, httpsPort, ...servicePorts].join(" ");
  const management = managementAddresses(planet.block);
  return {
    name: names.container(planet.name, "edge"),
    image,
    labels: planetLabels(planet.name, "edge", { [LABEL.spec]: madeFrom }),
    networks: legs(planet, "edge", regions),
    hostname: "edge",
    env: {
      HANGAR_MGMT_ADDRESS: management.edge4,
      HANGAR_VERSION: version,
      HANGAR_CONTROL_URL: `http://${management.control4}:${CONTROL_PORT}`,
      HANGAR_TOKEN_FILE: TOKEN_FILE,
      HANGAR_STATE_DIR: STATE_DIR,
    },
    entrypoint: program("edge", 160, EDGE_YOUNG_MB),
    netAdmin: true,
    publish: [
      { hostPort: httpPort, containerPort: EDGE_HTTP_PORT },
      { hostPort: httpsPort, containerPort: EDGE_HTTPS_PORT },
      ...servicePorts.flatMap((hostPort, index) => {
        const door = { hostPort, containerPort: EDGE_FIRST_DOOR_PORT + index };
        return [door, { ...door, protocol: "udp" as const }];
      }),
    ],
    // accept_local: edge's addresses in two regions talk to each other over the wire, through wan.
    sysctls: {
      ...V6_ON,
      ...LOOSE_V4,
      "net.ipv4.conf.all.accept_local": "1",
      "net.ipv4.conf.default.accept_local": "1",
      // A killed edge leaves connections that nobody answers any more. They keep its network namespace, and with it the
      // interfaces on the host, until the kernel gives them up: by default after minutes.
      "net.ipv4.tcp_orphan_retries": "2",
    },
    restartAlways: true,
    init: true,
  };
}
