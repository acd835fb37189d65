// The heart of control: joins store, supervisor, infrastructure and publisher into one planet that repairs itself.
import type { PlanetBehaviour, PlanetStatus } from "../../contract/planet.ts";
import type { CheckReport, World } from "../../contract/world.ts";
import { asAppError } from "../../errors/app-error.ts";
import type { Infrastructure } from "../lifecycle/infrastructure.ts";
import { type CheckResult, createCheckResults } from "../machines/check-results.ts";
import { createMachineInside, type MachineInside } from "../machines/machine-inside.ts";
import { createMachineMetadata, type MachineMetadata } from "../machines/machine-metadata.ts";
import { followEngine } from "./follow-engine.ts";
import { createRegionActivation } from "./region-activation.ts";
import { createMachineService, type MachineService } from "../machines/machine-service.ts";
import { createStateJournal } from "../machines/state-journal.ts";
import { createSupervisor } from "../machines/supervisor.ts";
import type { RandomBytes } from "../model/ids.ts";
import type { PlanetRecord } from "../model/records.ts";
import type { ContainerEvent, ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import { createBehaviourSettings } from "./behaviour.ts";
import { createDrain } from "./drain.ts";
import { viewPlanet } from "./planet-status.ts";
import { createOrganizationReplays, type OrganizationReplays } from "./replay-settings.ts";
import type { HttpSend, Publisher } from "./publisher.ts";
import type { Store } from "./store/store.ts";
import { createVolumeConvergence } from "./volume-convergence.ts";
import { createVolumeUsage, type VolumeUsage } from "./volume-usage.ts";
import { createVolumes, type Volumes } from "./volumes.ts";
import { createServiceDoors } from "./service-doors.ts";
import { createUpkeep } from "./upkeep.ts";
import { viewWorld } from "./world-view.ts";
import { createWorldVersions } from "./world-versions.ts";

/** What the planet knows of geography. */
export interface Geography {
  readonly codes: readonly string[];
  readonly name: (region: string) => string;
  readonly slotOf: (region: string) => number;
  readonly rttMs: (a: string, b: string) => number;
  /** @throws REGION_UNKNOWN with suggestions */
  readonly requireRegion: (code: string) => void;
}

export interface PlanetDeps {
  readonly record: PlanetRecord;
  readonly version: string;
  readonly image: string;
  /** The host's port where clients find TLS. */
  readonly tlsPort?: number;
  /** Ports of the host that are left to services without host names. */
  readonly servicePorts?: readonly number[];
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly infrastructure: Infrastructure;
  readonly geography: Geography;
  readonly createPublisher: (nextWorld: () => World) => Publisher;
  /** Sends to edge's management address; undefined where there is no edge (memory runtime). */
  readonly edgeUrl: string;
  readonly send: HttpSend;
  /** Room on the disk that volumes and containers are on, in bytes. */
  readonly freeBytes: () => Promise<number>;
  /** Whether networks of machines are made ready for replacements while nothing else happens. */
  readonly readiesAnchors: boolean;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly random: RandomBytes;
  readonly log: (text: string) => void;
}

export interface Planet extends PlanetRecord {
  readonly machines: MachineService;
  readonly inside: MachineInside;
  readonly metadata: MachineMetadata;
  readonly volumes: Volumes;
  readonly volumeUsage: VolumeUsage;
  readonly store: Store;
  /** Repairs everything after a start and then follows the engine's events until the signal fires. */
  run(signal: AbortSignal): Promise<void>;
  status(): PlanetStatus;
  /** Makes regions active; resolves when wan and edge carry them. @throws REGION_UNKNOWN, PLANET_START_FAILED */
  activateRegions(regions: readonly string[]): Promise<void>;
  acceptChecks(reports: readonly CheckReport[]): void;
  readonly replays: OrganizationReplays;
  behaviour(): PlanetBehaviour;
  changeBehaviour(behaviour: PlanetBehaviour): void;
  /** Has wan and edge told about what changed in the store. */
  worldChanged(): void;
  /** Calls the listener after each change of the world; the result ends that. */
  onChange(listener: () => void): () => void;
}

const RECONNECT_MS = 500;

export function createPlanet(deps: PlanetDeps): Planet {
  const { record, store, runtime, geography } = deps;
  const listeners = new Set<() => void>();
  let reconciled = false;

  const replays = createOrganizationReplays(store, () => changed());
  const behaviour = createBehaviourSettings(store);
  const doors = createServiceDoors(store, deps.servicePorts ?? []);
  const versions = createWorldVersions(store);
  const nextWorld = (): World => {
    return viewWorld({
      version: versions.next(),
      planet: record,
      activeRegions: store.activeRegions(),
      ...{ apps: store.apps(), organizations: replays.all(), machines: store.machines() },
      hostnames: store.grants.hostnames(),
      slotOf: geography.slotOf,
      rttMs: geography.rttMs,
      ...(deps.tlsPort === undefined ? {} : { tlsPort: deps.tlsPort }),
      autostopPeriodMs: behaviour.read().autostopPeriodMs,
      ...doors.settle(),
    });
  };
  const publisher = deps.createPublisher(nextWorld);
  const changed = (): void => {
    publisher.changed();
    for (const listener of [...listeners]) listener();
  };

  const regions = createRegionActivation({
    ...{ store, geography, publisher, changed, planet: record.name, now: deps.now },
    infrastructure: deps.infrastructure,
  });
  const { activateRegions } = regions;

  const journal = createStateJournal({
    store,
    now: deps.now,
    timer: deps.timer,
    changed: (id) => {
      upkeep.follow(id);
      changed();
    },
  });
  const supervisor = createSupervisor({
    planet: record,
    store,
    runtime,
    journal,
    image: deps.image,
    now: deps.now,
    timer: deps.timer,
    slotOf: geography.slotOf,
    activateRegions,
    drained: createDrain({ publisher, send: deps.send, edgeUrl: deps.edgeUrl, log: deps.log }),
    log: deps.log,
  });
  const machines = createMachineService({
    ...{ planet: record, store, runtime, journal, supervisor, random: deps.random, now: deps.now },
    slotOf: geography.slotOf,
    requireRegion: geography.requireRegion,
  });
  const convergence = createVolumeConvergence({
    ...{ planet: record.name, store, runtime, workerImage: deps.image },
    ...{ now: deps.now, timer: deps.timer, random: deps.random, log: deps.log },
  });
  const volumes = createVolumes({
    ...{ planet: record, store, convergence, now: deps.now, random: deps.random },
    requireRegion: geography.requireRegion,
  });

  const inside = createMachineInside({
    ...{ planet: record, store, runtime, journal },
    now: deps.now,
    random: deps.random,
  });
  const takeChecks = createCheckResults({ store, supervisor, now: deps.now });
  const acceptChecks = (results: readonly CheckResult[]): void => {
    takeChecks(results);
    for (const listener of [...listeners]) listener();
  };
  const volumeUsage = createVolumeUsage({ usage: convergence.usage, now: deps.now, log: deps.log });
  const upkeep = createUpkeep({
    ...{ planet: record.name, store, runtime, journal, now: deps.now, timer: deps.timer, log: deps.log },
    ...{ volumes, convergence, exec: inside.exec, converge: supervisor.converge, freeBytes: deps.freeBytes },
    ...{ readiesAnchors: deps.readiesAnchors, readyAnchor: supervisor.readyAnchor },
    report: (result) => acceptChecks([result]),
    volumeUsage: volumeUsage.measure,
    throttles: () => behaviour.read().cpuThrottling === true,
  });

  /** Regions whose network exists though they are not in the store: an activation that a crash cut short. */
  const adoptNetworks = async (): Promise<string[]> => {
    const networks = await runtime.listNetworks(planetLabels(record.name, "network"));
    return networks.flatMap(({ labels }) => labels[LABEL.region] ?? []);
  };

  const reconcile = async (): Promise<void> => {
    const adopted = await adoptNetworks();
    regions.forget();
    // At the same time: a machine that is to be started waits for its own region, and no other work needs one.
    const done = await Promise.allSettled([
      activateRegions([...new Set([record.home, ...store.activeRegions(), ...adopted])]),
      convergence.reconcile(),
      supervisor.reconcile(),
    ]);
    for (const result of done) if (result.status === "rejected") throw result.reason;
    upkeep.start();
    reconciled = true;
    changed();
  };

  const handle = ({ action, labels, containerId, oomKilled }: ContainerEvent): void => {
    const machine = labels[LABEL.machine];
    if (machine !== undefined && action === "die") supervisor.exited(machine, containerId, oomKilled);
    if (machine !== undefined && action === "destroy") void supervisor.converge(machine);
    const component = labels[LABEL.component];
    if ((component === "wan" || component === "edge") && action === "destroy") {
      regions.forgetCarried();
      void deps.infrastructure
        .ensure(store.activeRegions())
        .catch((error: unknown) => deps.log(asAppError(error).message));
    }
  };

  return {
    ...record,
    machines,
    inside,
    metadata: createMachineMetadata(store, journal),
    volumes,
    volumeUsage,
    store,
    activateRegions,
    run: async (signal) => {
      while (!signal.aborted) {
        try {
          await followEngine({
            open: (ended) => runtime.events(planetLabels(record.name), ended),
            lookAround: reconcile,
            handle,
            signal,
          });
        } catch (error) {
          reconciled = false;
          deps.log(`reconcile: ${asAppError(error).message}`);
        }
        if (signal.aborted) break;
        await new Promise<void>((resolve) => deps.timer(RECONNECT_MS, resolve));
      }
      upkeep.stop();
      publisher.stop();
    },
    status: () =>
      viewPlanet({
        planet: record.name,
        version: deps.version,
        image: deps.image,
        home: record.home,
        worldVersion: versions.present(),
        reconciled,
        components: publisher.components(),
        codes: geography.codes,
        nameOf: geography.name,
        active: store.activeRegions(),
        machines: store.machines(),
        doors: doors.present(),
      }),
    acceptChecks,
    replays,
    behaviour: behaviour.read,
    changeBehaviour: (change) => {
      behaviour.change(change);
      upkeep.refresh();
      changed();
    },
    worldChanged: changed,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
