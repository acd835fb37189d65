// Assembly of everything that carries requests: the clients' port, the backhaul in each region, pools and health checks.
import { type World, type WorldRegion } from "../../contract/world.ts";
import { createAppLog } from "./app-log.ts";
import { createAutostopper } from "./autostopper.ts";
import { createBackhaulPolicy } from "./backhaul-acceptor.ts";
import { createBackhaulProtocol } from "./backhaul.ts";
import { createChecker } from "./checks/checker.ts";
import { createCheckReporter } from "./checks/reporter.ts";
import type { RunCheck } from "./checks/run-check.ts";
import { createDispatcher, type DispatcherDeps, type Entrance } from "./dispatcher.ts";
import { startEcho } from "./echo.ts";
import type { ClientPolicy, ClientTimeLimits } from "./http1/client-policy.ts";
import type { Connector } from "./http1/conn.ts";
import { CLIENT_HEAD_LIMITS, Head } from "./http1/head.ts";
import { createListener, type Listener } from "./http1/listener.ts";
import { ReplayBudget } from "./http1/replay-buffer.ts";
import type { Sockets } from "./http1/sockets.ts";
import { createH2cConnector } from "./http2/h2c-connector.ts";
import { createHttp2Sessions } from "./http2/sessions.ts";
import { StreamConn } from "./http2/stream-conn.ts";
import { createLoadTracker, type LoadTracker } from "./load.ts";
import { createMachinePool } from "./machine-pool.ts";
import { renderResponseFields, renderServerFields } from "./platform-fields.ts";
import { createPreconnector } from "./preconnect.ts";
import { createRegionActivator } from "./region-activator.ts";
import { createDoorKeeper } from "./doors/door-keeper.ts";
import { planDoors } from "./doors/door-plan.ts";
import { type DoorDeps, openDoor } from "./doors/open-door.ts";
import { createFileConnector, type FileConnectorDeps } from "./statics/file-connector.ts";
import { createOpeningConnector } from "./stream/opening-connector.ts";
import { createRegionServices, type RegionService } from "./region-services.ts";
import { createReplayCache } from "./replay/cache.ts";
import { createRequestIds } from "./request-id.ts";
import { createRequestLog, type RequestLog } from "./request-log.ts";
import { createRetryRounds } from "./retry-rounds.ts";
import { createTargets } from "./targets.ts";
import { createWaitingRoom } from "./waiting-room.ts";
import { createControlSigner } from "./tls/control-signer.ts";
import { createLeafCertificates } from "./tls/leaf-certificates.ts";
import { secureHttpTransport } from "./tls/secure-http.ts";
import { createVersionedTlsServer } from "./tls/versioned-server.ts";
import { setsTlsVersions, type TlsOptions } from "./http-features.ts";
import { featuresOfHost, hostOfPart } from "./host-features.ts";
import { isPlanetName } from "../model/host-names.ts";
import { createWaker } from "./waker.ts";
import {
  type Backend,
  datagramPortOf,
  HTTP_PORT,
  HTTPS_PORT,
  indexWorld,
  streamPortOf,
  type WorldIndex,
} from "./world-index.ts";
import { createWarmPool, type WarmPool } from "./warm-pool.ts";
import { planWarmTargets } from "./warm-targets.ts";

/** Time limits and pools are looked at this often. */
const SWEEP_MS = 500;

export interface DataPlaneDeps extends Pick<FileConnectorDeps, "open"> {
  readonly sockets: Sockets;
  readonly runCheck: RunCheck;
  readonly backhaulPort: number;
  readonly echoPort: number;
  readonly timeLimits: ClientTimeLimits;
  /** Of one port; absent: as the listener has it. */
  readonly maxConnections?: number | undefined;
  /** Value of the Server field. */
  readonly server: string;
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number; readonly body: string }>;
  timer(afterMs: number, run: () => void): () => void;
  nowMs(): number;
  monotonicMs(): number;
  random(): number;
  randomBytes(count: number): Uint8Array;
  log(text: string): void;
}

export interface DataPlane {
  /** Clients' ports: plain, and with TLS. */
  readonly clients: Listener;
  readonly secureClients: Listener;
  readonly load: LoadTracker;
  readonly backhaul: Pick<WarmPool, "warm">;
  readonly requests: RequestLog;
  /** Requests that wait for a machine. */
  waiting(): number;
  isHealthy(backend: Backend): boolean;
  world(): WorldIndex | undefined;
  /** Puts a world in force. @param present regions whose networks can be used @throws PLANET_START_FAILED, PORT_TAKEN */
  apply(world: World, present: readonly WorldRegion[]): Promise<void>;
  close(): void;
}

/** The planet's own ports stand for 80 and 443 of the platform. */
const PLAIN_HTTP: Entrance = { port: HTTP_PORT, secure: false, version: "1.1" };
const SECURE_HTTP: Entrance = { port: HTTPS_PORT, secure: true, version: "1.1" };
const SECURE_HTTP2: Entrance = { ...SECURE_HTTP, version: "2" };

const SECRET_BYTES = 24;

export function createDataPlane(deps: DataPlaneDeps): DataPlane {
  const { nowMs, timer, random, randomBytes, log, post, sockets, backhaulPort } = deps;
  const h2c = createH2cConnector(timer);
  const openings = createOpeningConnector(sockets.connector);
  const apps: Connector = {
    connect: (endpoint, ...rest) => {
      const speaksHttp2 = world?.h2Backends.has(`${endpoint.host}:${endpoint.port}`) === true;
      return (speaksHttp2 && endpoint.opening?.raw !== true ? h2c : openings).connect(endpoint, ...rest);
    },
  };
  const connector = createFileConnector({ connector: apps, open: deps.open, timer });
  const replayBudget = new ReplayBudget();
  const relay = { connector, nowMs, scratchHead: new Head(), scratchRequestHead: new Head(), replayBudget };
  const protocol = createBackhaulProtocol(Buffer.from(randomBytes(SECRET_BYTES)).toString("base64url"));
  const machines = createMachinePool(nowMs);
  const backhaul = createWarmPool({ connector, nowMs, scratchHead: relay.scratchHead });
  const preconnector = createPreconnector({ connector, timer, nowMs, scratchHead: relay.scratchHead });
  const load = createLoadTracker();
  const waiting = createWaitingRoom();
  const requestId = createRequestIds(nowMs, randomBytes);
  const activator = createRegionActivator({ post, timer, log });
  const reporter = createCheckReporter({ post, timer });
  const appLog = createAppLog({ post, timer, nowMs });
  const replays = createReplayCache(nowMs);
  const requests = createRequestLog();
  let world: WorldIndex | undefined;
  let setsVersions = false;
  /** The same world as clients of raw TCP and of UDP see it. */
  let streamWorld: WorldIndex | undefined;
  let datagramWorld: WorldIndex | undefined;

  const keepWarm = (): void => {
    if (world !== undefined) backhaul.want(planWarmTargets(world, checker.isHealthy, backhaulPort, backhaul));
  };
  const checker = createChecker({
    run: deps.runCheck,
    timer,
    monotonicMs: deps.monotonicMs,
    report: reporter.report,
    healthChanged: (app) => {
      keepWarm();
      waker.healthChanged();
      waiting.changed(app);
    },
    lost: (machine) => autostopper.lost(machine),
  });
  const isHealthy = ({ machine }: Backend): boolean => checker.isHealthy(machine);
  const report = (app: string, backend: Backend | undefined, message: string): void =>
    appLog.add({ app, region: backend?.machine.region ?? "", machine: backend?.machine.id ?? "", message });
  const waker = createWaker({
    ...{ connector, post, timer, monotonicMs: deps.monotonicMs, isHealthy, hurry: checker.hurry },
    report: (backend, text) => report(backend.machine.app, backend, text),
  });
  const autostopper = createAutostopper({
    ...{ load, post, timer, monotonicMs: deps.monotonicMs, random, isWaking: waker.isWaking },
    report: ({ app, region, id }, message) => appLog.add({ app, region, machine: id, message }),
  });
  const dispatcherDeps: DispatcherDeps = {
    ...{
      world: () => world,
      isHealthy,
      load,
      waiting,
      retries: createRetryRounds(timer),
      activator,
      waker,
      replays,
      requests,
      protocol,
      targetOf: createTargets({ backhaulPort, protocol, pools: { machines, backhaul }, prepare: preconnector.prepare }),
    },
    ...{ server: deps.server, requestId, nowMs, random, log, report, timer },
    monotonicMs: deps.monotonicMs,
  };
  const accept = createDispatcher(dispatcherDeps, PLAIN_HTTP);
  const acceptSecure = createDispatcher(dispatcherDeps, SECURE_HTTP);
  const acceptHttp2 = createDispatcher(dispatcherDeps, SECURE_HTTP2);
  const serverFields = renderServerFields(deps.server, "1.1");
  const refusalLines = (): string => renderResponseFields(serverFields, requestId(world?.home ?? "local"), undefined);
  const policy = {
    headLimits: CLIENT_HEAD_LIMITS,
    timeLimits: deps.timeLimits,
    maxConnections: deps.maxConnections,
    refusalLines,
  };
  const headMsOf = (port: number) => (part: Buffer) => {
    const host = hostOfPart(part);
    return host === undefined ? undefined : (featuresOfHost(host, port, world)?.headMs ?? deps.timeLimits.headMs);
  };
  const clients = createListener({ ...policy, headMsOf: headMsOf(HTTP_PORT), accept }, relay, sockets.transport);
  const securePolicy = {
    ...policy,
    headMsOf: headMsOf(HTTPS_PORT),
    accept: (...given) => (given[3] instanceof StreamConn ? acceptHttp2 : acceptSecure)(...given),
  } satisfies Partial<ClientPolicy>;
  const sessions = createHttp2Sessions({
    ...{ idleMs: deps.timeLimits.keepAliveMs, maxSessions: deps.maxConnections, nowMs },
  });
  const { sign, selfSigned } = createControlSigner({ post });
  const certificates = createLeafCertificates({ sign, nowMs });
  const versionOf = (name: string): string | undefined => (isPlanetName(name) ? "" : world?.hostname(name)?.version);
  const tlsOptionsOf = (name: string): TlsOptions | undefined => featuresOfHost(name, HTTPS_PORT, world)?.tls;
  const tls = { certificates, versionOf, selfSigned, log };
  const versionedTls = { ...tls, options: tlsOptionsOf, hasVersions: () => setsVersions, timer };
  const secureTransport = secureHttpTransport({
    ...{ sockets, sessions, createServer: (opened) => createVersionedTlsServer(versionedTls, opened) },
  });
  const secureClients = createListener(securePolicy, relay, secureTransport);

  const startRegion = async (region: WorldRegion): Promise<RegionService> => {
    const { edge4, edge6 } = region;
    const listener = createListener(
      createBackhaulPolicy({ edge4, protocol, machinePool: machines, preconnector, isEdge: services.isEdge }),
      relay,
      sockets.transport,
    );
    await listener.listen(edge4, backhaulPort);
    const closers = [listener.close];
    const close = (): void => closers.forEach((closeOne) => closeOne());
    try {
      for (const address of [edge4, edge6])
        closers.push((await startEcho(address, deps.echoPort, services.isEdge)).close);
    } catch (error) {
      close();
      throw error;
    }
    return { close, sweep: listener.sweep };
  };
  const services = createRegionServices(startRegion);
  const doors = createDoorKeeper((door) => openDoor(door, doorDeps), log);
  const doorDeps: DoorDeps = {
    ...{ relay, sockets, policy, http: dispatcherDeps, sessions, tls },
    streams: { ...dispatcherDeps, world: () => streamWorld },
    datagrams: { ...dispatcherDeps, world: () => datagramWorld },
  };

  const sweep = (): void => {
    clients.sweep();
    secureClients.sweep();
    sessions.sweep();
    services.sweep();
    doors.sweep();
    machines.sweep();
    preconnector.sweep();
    backhaul.sweep();
    waiting.sweep(nowMs());
    cancelSweep = timer(SWEEP_MS, sweep);
  };
  let cancelSweep = timer(SWEEP_MS, sweep);

  return {
    clients,
    secureClients: {
      ...secureClients,
      drain: () => Promise.all([sessions.drain(), secureClients.drain(), doors.drain()]).then(() => undefined),
    },
    load,
    backhaul,
    requests,
    isHealthy,
    waiting: () => waiting.size,
    world: () => world,
    async apply(next, present) {
      await services.apply(present);
      const usable = { ...next, regions: [...present] };
      const index = indexWorld(usable);
      checker.apply(index);
      requests.keep(index);
      world = index;
      setsVersions = setsTlsVersions(next.machines);
      streamWorld = indexWorld(usable, streamPortOf);
      datagramWorld = indexWorld(usable, datagramPortOf);
      await doors.apply(planDoors(next));
      keepWarm();
      activator.worldChanged(new Set(index.regions.keys()));
      waker.worldChanged(index);
      autostopper.worldChanged(index, next.autostopPeriodMs);
      waiting.changed();
    },
    close() {
      cancelSweep();
      checker.close();
      reporter.close();
      appLog.close();
      waker.close();
      autostopper.close();
      clients.close();
      secureClients.close();
      sessions.close();
      services.close();
      doors.close();
      machines.close();
      preconnector.close();
      backhaul.close();
      h2c.close();
    },
  };
}
