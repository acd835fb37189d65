// Assembly of control: store, engine, infrastructure and planet behind one HTTP server. An ordinary program that takes
// what it touches as arguments, so that it runs in its container and as a host process alike.
import { randomBytes } from "node:crypto";
import { statfs } from "node:fs/promises";
import path from "node:path";
import { COMPONENT_PORT } from "../../contract/ports.ts";
import { createInfrastructure } from "../lifecycle/infrastructure.ts";
import type { PlanetRecord } from "../model/records.ts";
import type { AuthorityMaterial } from "../../platform/x509.ts";
import { isSignedName } from "../model/host-names.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { managementAddresses } from "../topology/address-plan.ts";
import { createControlPlane } from "./app.ts";
import { createDiagnoses } from "./diagnosis.ts";
import { catalogueGeography } from "./geography.ts";
import { createIssuer, createLeafSigner } from "./leaf-signer.ts";
import { createAppLogs } from "./logs.ts";
import { createPlanet } from "./planet.ts";
import { createPublisher, type HttpSend } from "./publisher.ts";
import { sealingKey } from "./sealing-key.ts";
import { serveControlPlane } from "./server.ts";
import { openStore } from "./store/store.ts";

export interface ControlOptions {
  readonly planet: PlanetRecord;
  readonly version: string;
  readonly image: string;
  readonly httpPort: number;
  readonly httpsPort: number;
  /** Ports of the host that are left to services without host names. */
  readonly servicePorts: readonly number[];
  /** The user's certificate authority; undefined where the planet was brought up without one. */
  readonly authority: AuthorityMaterial | undefined;
  readonly token: string;
  readonly stateDir: string;
  readonly port: number;
  readonly runtime: ContainerRuntime;
  readonly send: HttpSend;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly log: (text: string) => void;
}

/** File of the database in the state folder. */
export const DATABASE_FILE = "planet.db";

/** Runs control until the signal fires; resolves when everything is closed. */
export async function runControl(options: ControlOptions, signal: AbortSignal): Promise<void> {
  const { planet: record, runtime, send, now, timer, log } = options;
  const addresses = managementAddresses(record.block);
  const store = openStore(path.join(options.stateDir, DATABASE_FILE), {
    key: sealingKey(options.stateDir, randomBytes),
  });
  const random = (count: number): Uint8Array => randomBytes(count);
  // The region where a client enters by default is chosen once, when the planet is made.
  const home = store.getValue("home") ?? record.home;
  store.setValue("home", home);
  const planetRecord = { ...record, home };
  const infrastructure = createInfrastructure({
    planet: planetRecord,
    runtime,
    image: options.image,
    httpPort: options.httpPort,
    httpsPort: options.httpsPort,
    servicePorts: options.servicePorts,
    version: options.version,
    token: options.token,
    slotOf: catalogueGeography.slotOf,
    log,
  });
  const edgeUrl = `http://${addresses.edge4}:${COMPONENT_PORT}`;
  const planet = createPlanet({
    record: planetRecord,
    version: options.version,
    image: options.image,
    tlsPort: options.httpsPort,
    servicePorts: options.servicePorts,
    store,
    runtime,
    infrastructure,
    geography: catalogueGeography,
    createPublisher: (nextWorld) =>
      createPublisher({ addresses: { wan: addresses.wan4, edge: addresses.edge4 }, nextWorld, send, timer, log }),
    edgeUrl,
    send,
    // The state folder is a volume as those of machines are.
    freeBytes: () => statfs(options.stateDir).then(({ bavail, bsize }) => bavail * bsize),
    readiesAnchors: true,
    now,
    timer,
    random,
    log,
  });
  const app = createControlPlane({
    planet,
    geography: catalogueGeography,
    logs: createAppLogs(planetRecord, runtime, planet.onChange),
    diagnoses: createDiagnoses(planetRecord, store, runtime),
    edgeUrl,
    runtime,
    leafSigner: createLeafSigner({ authority: options.authority, isServed: isSignedName, nowMs: now }),
    send,
    random,
    now,
    timer,
    log,
    token: options.token,
    ownAddress: addresses.control4,
    issuer: options.authority === undefined ? undefined : createIssuer(options.authority, now),
  });
  const server = serveControlPlane(app, { port: options.port, hostname: "0.0.0.0" });
  log(`control of planet ${record.name} listens on port ${options.port}`);
  await planet.run(signal);
  server.close();
  app.upgrades.close();
  if ("closeAllConnections" in server) server.closeAllConnections();
  store.close();
}
