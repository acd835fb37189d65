// A planet whose engine is in memory and whose wan and edge are a function: control itself is the real one, behind a
// real HTTP server on loopback.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type ApiClient, createApiClient } from "./api-client.ts";
import { type World, WorldSchema } from "../../src/contract/world.ts";
import { createControlPlane } from "../../src/emulator/control-plane/app.ts";
import { createDiagnoses } from "../../src/emulator/control-plane/diagnosis.ts";
import { catalogueGeography } from "../../src/emulator/control-plane/geography.ts";
import { createIssuer, createLeafSigner } from "../../src/emulator/control-plane/leaf-signer.ts";
import { createAppLogs } from "../../src/emulator/control-plane/logs.ts";
import { createPlanet, type Planet } from "../../src/emulator/control-plane/planet.ts";
import { createPublisher, type HttpSend } from "../../src/emulator/control-plane/publisher.ts";
import type { CertificateIssuer } from "../../src/emulator/control-plane/certificates.ts";
import { sealingKey } from "../../src/emulator/control-plane/sealing-key.ts";
import { serveControlPlane } from "../../src/emulator/control-plane/server.ts";
import { openStore, type Store } from "../../src/emulator/control-plane/store/store.ts";
import { regionNetworkSpec } from "../../src/emulator/lifecycle/planet-spec.ts";
import { createMemoryRuntime, type MemoryRuntime } from "../../src/emulator/runtime/memory/memory-runtime.ts";
import type { Program } from "../../src/emulator/runtime/memory/programs.ts";
import { isSignedName } from "../../src/emulator/model/host-names.ts";
import type { AuthorityMaterial } from "../../src/platform/x509.ts";
import { systemClock, systemTimer } from "../../src/platform/clock.ts";
import { createHttpSend } from "../../src/platform/http-send.ts";

export const TOKEN = "test-token";

export interface MemoryPlanet extends AsyncDisposable {
  readonly planet: Planet;
  readonly store: Store;
  readonly runtime: MemoryRuntime;
  readonly client: ApiClient;
  readonly baseUrl: string;
  /** The newest world that the edge got. */
  world(): World | undefined;
  /** What edge's look at a machine's port says from now on, by image; passing unless said otherwise. */
  readonly portChecks: Map<string, { status: "passing" | "critical"; output: string }>;
  stop(): Promise<void>;
}

export interface MemoryPlanetOptions {
  /** Absent: no anchors are made ready, whose time would come in the middle of a slow test. */
  readonly readiesAnchors?: boolean;
  /** Room on the engine's disk; absent: plenty. */
  readonly freeBytes?: () => Promise<number>;
  readonly images: Readonly<Record<string, Program>>;
  readonly runtime?: MemoryRuntime;
  /** Path of the database; in memory where absent. */
  readonly database?: string;
  readonly authority?: AuthorityMaterial;
  readonly issuer?: CertificateIssuer;
  /** Where control asks edge for tunnels and measurements; absent: nobody is there. */
  readonly edgeUrl?: string;
  /** Ports of the host that are left to services. */
  readonly servicePorts?: readonly number[];
  /** Milliseconds that a request's head and the whole of it may take. */
  readonly requestTimeoutMs?: number;
}

/** The planet's own; it holds machines' networks. */
const IMAGE = "hangar/planet:test";

/** Starts a planet; it is ready when this resolves. */
export async function startMemoryPlanet(options: MemoryPlanetOptions): Promise<MemoryPlanet> {
  const runtime =
    options.runtime ??
    createMemoryRuntime({ clock: systemClock, images: { [IMAGE]: { kind: "runs" }, ...options.images } });
  const { database } = options;
  const store = openStore(
    database ?? ":memory:",
    database === undefined ? {} : { key: sealingKey(path.dirname(database), randomBytes) },
  );
  const record = { name: "memory", block: 0, home: "iad" };
  const portChecks: MemoryPlanet["portChecks"] = new Map();
  let world: World | undefined;

  const look = (machine: World["machines"][number]): void => {
    const image = store.machine(machine.id)?.config.image ?? "";
    const result = portChecks.get(image) ?? { status: "passing" as const, output: "connected" };
    const declared = machine.checks.map(({ name }) => name);
    const implicit = machine.services
      .filter(({ internalPort }) => !machine.checks.some(({ port }) => port === internalPort))
      .map(({ internalPort }) => `hangar-port-${internalPort}`);
    planet.acceptChecks(
      [...declared, ...implicit].map((name) => ({
        machineId: machine.id,
        instanceId: machine.instanceId,
        name,
        ...result,
      })),
    );
  };
  const sendToEdge = createHttpSend(TOKEN);
  const send: HttpSend = async (url, request) => {
    if (options.edgeUrl !== undefined && url.startsWith(options.edgeUrl)) return sendToEdge(url, request);
    const { method, body } = request;
    if (method !== "PUT")
      return {
        status: 200,
        body: JSON.stringify({ component: "edge", worldVersion: world?.version ?? -1, startId: "1", pid: 1 }),
      };
    const next = WorldSchema.parse(JSON.parse(body ?? ""));
    if (url.includes(".4:")) {
      world = next;
      for (const machine of next.machines) if (machine.started && machine.services.length > 0) look(machine);
    }
    return { status: 200, body: "{}" };
  };
  const log = (): void => undefined;
  const planet = createPlanet({
    record,
    version: "0",
    image: IMAGE,
    store,
    runtime,
    infrastructure: {
      ensure: async (regions) => {
        const present = new Set((await runtime.listNetworks()).map(({ name }) => name));
        const missing = regions
          .map((code) => regionNetworkSpec(record, code, catalogueGeography.slotOf(code)))
          .filter(({ name }) => !present.has(name));
        for (const spec of missing) await runtime.createNetwork(spec);
      },
    },
    geography: catalogueGeography,
    createPublisher: (nextWorld) =>
      createPublisher({ addresses: { wan: "127.0.0.3", edge: "127.0.0.4" }, nextWorld, send, timer: systemTimer, log }),
    edgeUrl: "http://127.0.0.4:4281",
    ...(options.servicePorts === undefined ? {} : { servicePorts: options.servicePorts }),
    send,
    readiesAnchors: options.readiesAnchors ?? false,
    freeBytes: options.freeBytes ?? (() => Promise.resolve(1024 ** 4)),
    now: systemClock.now,
    timer: systemTimer,
    random: randomBytes,
    log,
  });
  const app = createControlPlane({
    planet,
    geography: catalogueGeography,
    logs: createAppLogs(record, runtime, planet.onChange),
    diagnoses: createDiagnoses(record, store, runtime),
    leafSigner: createLeafSigner({ authority: options.authority, isServed: isSignedName, nowMs: systemClock.now }),
    edgeUrl: options.edgeUrl ?? "http://127.0.0.4:4281",
    runtime,
    send,
    random: randomBytes,
    now: systemClock.now,
    timer: systemTimer,
    log,
    token: TOKEN,
    ownAddress: "198.18.31.2",
    issuer:
      options.issuer ??
      (options.authority === undefined ? undefined : createIssuer(options.authority, systemClock.now)),
  });
  const ending = new AbortController();
  const running = planet.run(ending.signal);
  const server = serveControlPlane(app, {
    port: 0,
    hostname: "127.0.0.1",
    ...(options.requestTimeoutMs === undefined
      ? {}
      : { headTimeoutMs: options.requestTimeoutMs, requestTimeoutMs: options.requestTimeoutMs }),
  });
  await once(server, "listening");
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = async (): Promise<void> => {
    ending.abort();
    await running;
    app.upgrades.close();
    if ("closeAllConnections" in server) server.closeAllConnections();
    server.close();
    store.close();
  };
  return {
    planet,
    store,
    runtime,
    client: createApiClient({ baseUrl, token: TOKEN }),
    baseUrl,
    world: () => world,
    portChecks,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}
