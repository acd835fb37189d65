// Machines on an engine without a planet around them: a store, a journal that refuses states that must not follow each
// other, and the supervisor.
import { randomBytes } from "node:crypto";
import type { MachineConfig, MachineEvent, MachineState } from "../../src/contract/machine.ts";
import { catalogueGeography } from "../../src/emulator/control-plane/geography.ts";
import { openStore, type Store } from "../../src/emulator/control-plane/store/store.ts";
import { regionNetworkSpec } from "../../src/emulator/lifecycle/planet-spec.ts";
import { mayFollow } from "../../src/emulator/machines/state.ts";
import { createStateJournal, type StateJournal } from "../../src/emulator/machines/state-journal.ts";
import { createSupervisor, type Supervisor } from "../../src/emulator/machines/supervisor.ts";
import { machineId, ulid } from "../../src/emulator/model/ids.ts";
import type { MachineRecord, PlanetRecord } from "../../src/emulator/model/records.ts";
import { LABEL, planetLabels } from "../../src/emulator/runtime/labels.ts";
import type { ContainerInfo, ContainerRuntime } from "../../src/emulator/runtime/container-runtime.ts";
import { createMemoryRuntime, type MemoryRuntime } from "../../src/emulator/runtime/memory/memory-runtime.ts";
import type { Program } from "../../src/emulator/runtime/memory/programs.ts";
import { systemClock, systemTimer } from "../../src/platform/clock.ts";

export interface MachineRig<Runtime extends ContainerRuntime> {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly runtime: Runtime;
  readonly journal: StateJournal;
  readonly supervisor: Supervisor;
  /** All that control wrote to its log. */
  readonly logged: string[];
  /** The states that a machine had, in order. */
  states(id: string): MachineState[];
  add(config: Partial<MachineConfig>, desired?: MachineRecord["desired"]): string;
  /** Writes what is wanted and waits until nothing is left to do. */
  want(
    id: string,
    change: Parameters<StateJournal["write"]>[1],
    entry?: Omit<MachineEvent, "timestamp">,
  ): Promise<void>;
  wait(id: string, state: MachineState): Promise<MachineRecord>;
  machine(id: string): MachineRecord;
  /** State by container name; "" for that of a single program, "network" for what holds the network. */
  containers(id: string): Promise<Record<string, string>>;
  containerId(id: string, name?: string): Promise<string>;
  /** A second supervisor on the same store and engine, as after the death of control. */
  restartControl(): Supervisor;
  close(): void;
}

export interface RigOptions<Runtime> {
  readonly runtime: Runtime;
  readonly planet: string;
  /** Of the address plan. */
  readonly block: number;
  /** What machines run that name no image. */
  readonly image: string;
  /** Has sleep. */
  readonly planetImage: string;
}

/** Machines that run nothing but values. */
export function createMemoryRig(images: Readonly<Record<string, Program>>): Promise<MachineRig<MemoryRuntime>> {
  const runtime = createMemoryRuntime({ clock: systemClock, images });
  return createMachineRig({ runtime, planet: "rig", block: 0, image: "runs", planetImage: "planet" });
}

export async function createMachineRig<Runtime extends ContainerRuntime>({
  runtime,
  planet,
  block,
  image,
  planetImage,
}: RigOptions<Runtime>): Promise<MachineRig<Runtime>> {
  const RECORD = { name: planet, block, home: "iad" };
  const store = openStore(":memory:");
  const at = new Date(0).toISOString();
  store.insertApp({ id: "app", name: "app", organization: "personal", network: "default", createdAt: at });
  await runtime.createNetwork(regionNetworkSpec(RECORD, "iad", catalogueGeography.slotOf("iad")));
  const states = new Map<string, MachineState[]>();
  const logged: string[] = [];
  const inner = createStateJournal({ store, now: Date.now, timer: systemTimer, changed: () => undefined });
  const journal: StateJournal = {
    ...inner,
    write: (id, change, entry) => {
      const before = store.machine(id);
      if (before !== undefined && change.state !== undefined) {
        if (!mayFollow(before.state, change.state))
          throw new TypeError(`a machine went from ${before.state} to ${change.state}`);
        const known = states.get(id) ?? [before.state];
        states.set(id, known.at(-1) === change.state ? known : [...known, change.state]);
      }
      inner.write(id, change, entry);
    },
  };
  const makeSupervisor = (): Supervisor => {
    const supervisor = createSupervisor({
      planet: RECORD,
      store,
      runtime,
      journal,
      image: planetImage,
      now: Date.now,
      timer: systemTimer,
      slotOf: catalogueGeography.slotOf,
      activateRegions: async () => undefined,
      drained: async () => undefined,
      log: (text) => logged.push(text),
    });
    return supervisor;
  };
  let supervisor = makeSupervisor();
  const listening = new AbortController();
  const events = await runtime.events(planetLabels(RECORD.name), listening.signal);
  void (async () => {
    for await (const { action, labels, containerId, oomKilled } of events)
      if (action === "die") supervisor.exited(labels[LABEL.machine] ?? "", containerId, oomKilled);
  })();
  const list = (id: string) => runtime.listContainers(planetLabels(RECORD.name, undefined, { [LABEL.machine]: id }));
  const nameOf = ({ labels }: ContainerInfo): string =>
    labels[LABEL.component] === "anchor" ? "network" : (labels[LABEL.container] ?? "");
  const machine = (id: string): MachineRecord => {
    const found = store.machine(id);
    if (found === undefined) throw new TypeError(`no machine ${id}`);
    return found;
  };
  return {
    planet: RECORD,
    store,
    runtime,
    journal,
    get supervisor() {
      return supervisor;
    },
    logged,
    states: (id) => states.get(id) ?? [machine(id).state],
    add: (config, desired = "started") => {
      const id = machineId(randomBytes);
      store.insertMachine({
        id,
        app: "app",
        name: id,
        region: "iad",
        state: "created",
        desired,
        instanceId: ulid(Date.now(), randomBytes),
        config: { image, ...config },
        cordoned: false,
        restarts: 0,
        restartWindowStartMs: 0,
        restartRequested: false,
        skipSecrets: false,
        createdAt: at,
        updatedAt: at,
      });
      return id;
    },
    want: async (id, change, entry) => {
      journal.write(id, change, entry);
      await supervisor.converge(id);
    },
    wait: async (id, state) => {
      const reached = await journal.waitFor(id, (found) => found?.state === state, 20_000);
      if (reached === undefined) throw new TypeError(`machine ${id} is ${machine(id).state}, not ${state}`);
      return reached;
    },
    machine,
    containers: async (id) => Object.fromEntries((await list(id)).map((one) => [nameOf(one), one.state])),
    containerId: async (id, name = "") => {
      const found = (await list(id)).find((one) => nameOf(one) === name);
      if (found === undefined) throw new TypeError(`no container ${name}`);
      return found.id;
    },
    restartControl: () => (supervisor = makeSupervisor()),
    close: () => {
      listening.abort();
      store.close();
    },
  };
}
