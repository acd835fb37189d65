// Pure: the world, arranged for the questions that each request asks. Built once per world.
import type { World, WorldHostname, WorldMachine, WorldPort, WorldRegion, WorldService } from "../../contract/world.ts";
import { certificateNames } from "../model/host-names.ts";
import { type HttpFeatures, httpFeatures, publicPort } from "./http-features.ts";

/** A machine's service on a public port as a place where requests can go. */
export interface Backend {
  readonly machine: WorldMachine;
  readonly service: WorldService;
  /** Names machine and port: limits hold per machine and service (LB-06). */
  readonly key: string;
  readonly features: HttpFeatures;
}

/** Backends that are equally far from the entry region. */
export interface Ring {
  readonly rttMs: number;
  /** Started and not cordoned. */
  readonly backends: readonly Backend[];
  /** Stopped or suspended ones that a request may start. */
  readonly asleep: readonly Backend[];
  /** On their way up without a request's doing: new, restarting, or in the middle of an update. */
  readonly coming: readonly Backend[];
}

export interface WorldApp {
  readonly name: string;
  readonly organization?: string | undefined;
  readonly network?: string | undefined;
  readonly publicAddress?: string | undefined;
  readonly flycast?: readonly string[] | undefined;
}

export type WorldOrganization = NonNullable<World["organizations"]>[number];

export interface WorldIndex {
  readonly version: number;
  readonly home: string;
  /** An app's own host name, in lower case, that there is a certificate for. */
  hostname(name: string): WorldHostname | undefined;
  /** The host's port where clients find TLS. */
  readonly tlsPort: number | undefined;
  /** Active regions by code. */
  readonly regions: ReadonlyMap<string, WorldRegion>;
  readonly apps: ReadonlyMap<string, WorldApp>;
  /** Organizations that allow more replays than those inside a network, by slug. */
  readonly organizations: ReadonlyMap<string, WorldOrganization>;
  readonly machines: ReadonlyMap<string, WorldMachine>;
  /** Address and port of each service that speaks HTTP/2 in the clear. */
  readonly h2Backends: ReadonlySet<string>;
  /** The RTT that the link between two active regions has; Infinity where there is no link. */
  rttMs(a: string, b: string): number;
  /** Machines of the app that serve the public port, nearest first. */
  rings(app: string, entry: string, port?: number): readonly Ring[];
  /** The machine's service on the public port, whatever state the machine is in. */
  backendOf(machineId: string, port?: number): Backend | undefined;
  /** What the app's port does for all requests; undefined where no machine serves it. */
  features(app: string, port?: number): HttpFeatures | undefined;
}

/** Where clients of the planet's own port come in. */
export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;

/** States that a start leads out of. One that is coming up or going down is woken only where nothing else is there. */
const STARTABLE: ReadonlySet<string> = new Set(["stopped", "suspended", "stopping", "starting"]);
/** ... and those of them in which a machine rests. */
export const ASLEEP: ReadonlySet<string> = new Set(["stopped", "suspended"]);
/** States that end by themselves with a machine that runs, as a rule. */
const COMING: ReadonlySet<string> = new Set(["created", "starting", "restarting", "replacing"]);

/** What a service has on a public port, if clients of one kind (of HTTP, of raw TCP, of UDP) are served there. */
export type PortFinder = (service: WorldService, port: number) => WorldPort | undefined;

/** Whether the service answers HTTP on the public port. Without TLS a service on 443 alone is reached through 80. */
export function isHttpService(service: WorldService, port: number = HTTP_PORT): boolean {
  return httpPortOf(service, port) !== undefined;
}

/** A port whose bytes pass as they are, perhaps out of TLS. */
export const streamPortOf: PortFinder = (service, port) => {
  const found = service.protocol === "tcp" ? publicPort(service, port) : undefined;
  return found?.handlers.includes("http") === true ? undefined : found;
};

/** A port for datagrams; they have no handlers. */
export const datagramPortOf: PortFinder = (service, port) =>
  service.protocol === "udp" ? publicPort(service, port) : undefined;

function httpPortOf(service: WorldService, port: number): WorldPort | undefined {
  if (service.protocol !== "tcp") return undefined;
  const exact = publicPort(service, port);
  if (exact?.handlers.includes("http") === true) return exact;
  if (port !== HTTP_PORT) return undefined;
  return service.ports.find(({ port: other, handlers }) => other === HTTPS_PORT && handlers.includes("http"));
}

/** Arranges a world. @param portOf which clients it is arranged for; absent: those of HTTP */
export function indexWorld(world: World, portOf: PortFinder = httpPortOf): WorldIndex {
  const rtts = new Map<string, number>();
  for (const { a, b, rttMs } of world.links) {
    rtts.set(`${a} ${b}`, rttMs);
    rtts.set(`${b} ${a}`, rttMs);
  }
  const rttMs = (a: string, b: string): number => (a === b ? 0 : (rtts.get(`${a} ${b}`) ?? Infinity));
  const machines = new Map(world.machines.map((machine) => [machine.id, machine]));
  const hostnames = new Map(world.hostnames?.map((hostname) => [hostname.name, hostname]));
  const byPort = new Map<number, PortIndex>();
  const indexOf = (port: number): PortIndex => {
    let index = byPort.get(port);
    if (index === undefined) byPort.set(port, (index = indexPort(world, (service) => portOf(service, port), rttMs)));
    return index;
  };

  return {
    version: world.version,
    home: world.home,
    hostname(name) {
      for (const wanted of certificateNames(name)) {
        const found = hostnames.get(wanted);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    tlsPort: world.tlsPort,
    regions: new Map(world.regions.map((region) => [region.code, region])),
    apps: new Map(world.apps.map((app) => [app.name, app])),
    organizations: new Map(world.organizations?.map((organization) => [organization.slug, organization])),
    machines,
    h2Backends: new Set(world.machines.flatMap(h2BackendsOf)),
    rttMs,
    rings: (app, entry, port = HTTP_PORT) => indexOf(port).rings(app, entry),
    backendOf: (machineId, port = HTTP_PORT) => indexOf(port).byMachine.get(machineId),
    features: (app, port = HTTP_PORT) => indexOf(port).features.get(app),
  };
}

interface PortIndex {
  readonly byMachine: ReadonlyMap<string, Backend>;
  readonly features: ReadonlyMap<string, HttpFeatures>;
  rings(app: string, entry: string): readonly Ring[];
}

function indexPort(
  world: World,
  portOf: (service: WorldService) => WorldPort | undefined,
  rttMs: (a: string, b: string) => number,
): PortIndex {
  const byMachine = new Map<string, Backend>();
  const byApp = new Map<string, Backend[]>();
  const features = new Map<string, HttpFeatures>();
  for (const machine of world.machines) {
    const service = machine.services.find((candidate) => portOf(candidate) !== undefined);
    if (service === undefined) continue;
    const own = httpFeatures(portOf(service)!);
    const backend = { machine, service, key: `${machine.id}:${service.internalPort}`, features: own };
    byMachine.set(machine.id, backend);
    if (!features.has(machine.app)) features.set(machine.app, own);
    const ofApp = byApp.get(machine.app) ?? [];
    ofApp.push(backend);
    byApp.set(machine.app, ofApp);
  }
  const ringsByEntry = new Map<string, Map<string, readonly Ring[]>>();
  return {
    byMachine,
    features,
    rings(app, entry) {
      let ofEntry = ringsByEntry.get(entry);
      if (ofEntry === undefined) ringsByEntry.set(entry, (ofEntry = new Map<string, readonly Ring[]>()));
      let rings = ofEntry.get(app);
      if (rings === undefined)
        ofEntry.set(app, (rings = arrange(byApp.get(app) ?? [], (region) => rttMs(entry, region))));
      return rings;
    },
  };
}

function h2BackendsOf({ address4, services }: WorldMachine): string[] {
  return services
    .filter(({ ports }) => ports.some(({ httpOptions }) => httpOptions?.h2Backend === true))
    .map(({ internalPort }) => `${address4}:${internalPort}`);
}

/** Whether a request may start the machine (statements ER-08 and AS-10). */
export function mayWake({ machine, service }: Pick<Backend, "machine" | "service">): boolean {
  return !machine.started && !machine.cordoned && service.autostart === true && STARTABLE.has(machine.state ?? "");
}

/** Whether the machine will be there in a moment, whatever anybody does. */
export function isComing({ machine }: Pick<Backend, "machine">): boolean {
  return !machine.started && !machine.cordoned && COMING.has(machine.state ?? "");
}

function arrange(backends: readonly Backend[], distanceMs: (region: string) => number): readonly Ring[] {
  const byDistance = new Map<number, { backends: Backend[]; asleep: Backend[]; coming: Backend[] }>();
  for (const backend of backends) {
    const { started, cordoned, region } = backend.machine;
    const awake = started && !cordoned;
    if (!awake && !mayWake(backend) && !isComing(backend)) continue;
    const rttMs = distanceMs(region);
    const ring = byDistance.get(rttMs) ?? { backends: [], asleep: [], coming: [] };
    if (awake) ring.backends.push(backend);
    else (mayWake(backend) ? ring.asleep : ring.coming).push(backend);
    byDistance.set(rttMs, ring);
  }
  return [...byDistance].map(([rttMs, ring]) => ({ rttMs, ...ring })).toSorted((a, b) => a.rttMs - b.rttMs);
}
