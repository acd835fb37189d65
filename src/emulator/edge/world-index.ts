// Pure: the world, arranged for the questions that each request asks. Built once per world.
import type { World, WorldMachine, WorldRegion, WorldService } from "../../contract/world.ts";

/** A machine's HTTP service as a place where requests can go. */
export interface Backend {
  readonly machine: WorldMachine;
  readonly service: WorldService;
  /** Names machine and port: limits hold per machine and service (LB-06). */
  readonly key: string;
}

/** Backends that are equally far from the entry region. */
export interface Ring {
  readonly rttMs: number;
  readonly backends: readonly Backend[];
}

export interface WorldIndex {
  readonly version: number;
  readonly home: string;
  /** Active regions by code. */
  readonly regions: ReadonlyMap<string, WorldRegion>;
  readonly apps: ReadonlySet<string>;
  readonly machines: ReadonlyMap<string, WorldMachine>;
  /** Address and port of each service that speaks HTTP/2 in the clear. */
  readonly h2Backends: ReadonlySet<string>;
  /** The RTT that the link between two active regions has; Infinity where there is no link. */
  rttMs(a: string, b: string): number;
  /** Backends of the app that are started and not cordoned, nearest first. */
  rings(app: string, entry: string): readonly Ring[];
}

const HTTP_PORTS: ReadonlySet<number> = new Set([80, 443]);

/** Whether the service answers HTTP on the ports that clients of the planet use. */
export function isHttpService(service: WorldService): boolean {
  return (
    service.protocol === "tcp" &&
    service.ports.some(({ port, handlers }) => HTTP_PORTS.has(port) && handlers.includes("http"))
  );
}

/** Arranges a world. */
export function indexWorld(world: World): WorldIndex {
  const rtts = new Map<string, number>();
  for (const { a, b, rttMs } of world.links) {
    rtts.set(`${a} ${b}`, rttMs);
    rtts.set(`${b} ${a}`, rttMs);
  }
  const rttMs = (a: string, b: string): number => (a === b ? 0 : (rtts.get(`${a} ${b}`) ?? Infinity));
  const backends = backendsByApp(world);
  const ringsByEntry = new Map<string, Map<string, readonly Ring[]>>();

  return {
    version: world.version,
    home: world.home,
    regions: new Map(world.regions.map((region) => [region.code, region])),
    apps: new Set(world.apps.map(({ name }) => name)),
    machines: new Map(world.machines.map((machine) => [machine.id, machine])),
    h2Backends: new Set(world.machines.flatMap(h2BackendsOf)),
    rttMs,
    rings(app, entry) {
      let ofEntry = ringsByEntry.get(entry);
      if (ofEntry === undefined) ringsByEntry.set(entry, (ofEntry = new Map<string, readonly Ring[]>()));
      let rings = ofEntry.get(app);
      if (rings === undefined)
        ofEntry.set(app, (rings = arrange(backends.get(app) ?? [], (region) => rttMs(entry, region))));
      return rings;
    },
  };
}

function h2BackendsOf({ address4, services }: WorldMachine): string[] {
  return services
    .filter(({ ports }) => ports.some(({ httpOptions }) => httpOptions?.h2Backend === true))
    .map(({ internalPort }) => `${address4}:${internalPort}`);
}

function backendsByApp(world: World): ReadonlyMap<string, readonly Backend[]> {
  const byApp = new Map<string, Backend[]>();
  for (const machine of world.machines) {
    const service = machine.services.find(isHttpService);
    if (service === undefined || !machine.started || machine.cordoned) continue;
    const ofApp = byApp.get(machine.app) ?? [];
    ofApp.push({ machine, service, key: `${machine.id}:${service.internalPort}` });
    byApp.set(machine.app, ofApp);
  }
  return byApp;
}

function arrange(backends: readonly Backend[], distanceMs: (region: string) => number): readonly Ring[] {
  const byDistance = new Map<number, Backend[]>();
  for (const backend of backends) {
    const rttMs = distanceMs(backend.machine.region);
    const ring = byDistance.get(rttMs) ?? [];
    ring.push(backend);
    byDistance.set(rttMs, ring);
  }
  return [...byDistance].map(([rttMs, ring]) => ({ rttMs, backends: ring })).toSorted((a, b) => a.rttMs - b.rttMs);
}
