// Ends machines that take more of the disk than they have, before the disk that all machines share is full. The engine
// knows no quota that works everywhere: so the free room of the disk is watched, which costs next to nothing, and machines
// are measured when it has shrunk.
import { asAppError } from "../../errors/app-error.ts";
import type { MachineRecord, VolumeRecord } from "../model/records.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import type { Store } from "../control-plane/store/store.ts";
import { event, type StateJournal } from "./state-journal.ts";

const GIB = 1024 ** 3;
/** What a machine of the platform has beside its volumes. */
export const ROOT_BYTES = 8 * GIB;
const LOOK_EVERY_MS = 1_000;
/** What the disk has to lose before machines are measured: measuring reads every name in their volumes. */
const NOTICED_BYTES = 128 * 1024 ** 2;

/** Room that a machine has used up. */
export interface Overrun {
  readonly machine: string;
  /** Undefined: beside its volumes. */
  readonly volume?: string;
  readonly bytesUsed: number;
  readonly bytesTotal: number;
}

export interface DiskGuard {
  /** Looks every second until `stop`. */
  start(): void;
  stop(): void;
}

export interface DiskGuardDeps {
  readonly planet: string;
  readonly store: Store;
  readonly runtime: Pick<ContainerRuntime, "writtenBytes" | "listContainers" | "signalContainer">;
  readonly journal: Pick<StateJournal, "write">;
  /** Bytes in volumes, by ID. */
  readonly volumeUsage: (ids: readonly string[]) => Promise<ReadonlyMap<string, number>>;
  /** Of the disk that volumes and containers are on. */
  readonly freeBytes: () => Promise<number>;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly log: (text: string) => void;
}

/**
 * Machines that have gone beyond what they have since they were last measured. One that is beyond it and does not grow is
 * left alone, so that somebody can start it and make room.
 * @param used bytes by volume, and by machine for what is beside its volumes
 * @param before the same of the last time
 */
export function overrunsOf(
  machines: readonly { readonly id: string; readonly volumes: readonly Pick<VolumeRecord, "id" | "sizeGb">[] }[],
  used: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Overrun[] {
  const grownBeyond = (id: string, total: number): boolean =>
    (used.get(id) ?? 0) > Math.max(total, before.get(id) ?? 0);
  return machines.flatMap(({ id, volumes }): Overrun[] => {
    const full = volumes.find((volume) => grownBeyond(volume.id, volume.sizeGb * GIB));
    if (full !== undefined)
      return [{ machine: id, volume: full.id, bytesUsed: used.get(full.id) ?? 0, bytesTotal: full.sizeGb * GIB }];
    return grownBeyond(id, ROOT_BYTES) ? [{ machine: id, bytesUsed: used.get(id) ?? 0, bytesTotal: ROOT_BYTES }] : [];
  });
}

export function createDiskGuard(deps: DiskGuardDeps): DiskGuard {
  const { planet, store, runtime, journal } = deps;
  let cancel = (): void => undefined;
  let stopped = true;
  let freeBefore: number | undefined;
  let usedBefore: ReadonlyMap<string, number> = new Map();

  const measureAll = async (machines: readonly MachineRecord[]): Promise<Map<string, number>> => {
    const volumes = machines
      .flatMap(({ id }) => store.volumes.ofMachine(id))
      .filter(({ state }) => state === "created");
    const labels = planetLabels(planet, "machine");
    const [inVolumes, written, containers] = await Promise.all([
      deps.volumeUsage(volumes.map(({ id }) => id)),
      runtime.writtenBytes(labels),
      runtime.listContainers(labels),
    ]);
    const used = new Map(inVolumes);
    for (const { id, labels: own } of containers) {
      const machine = own[LABEL.machine] ?? "";
      used.set(machine, (used.get(machine) ?? 0) + (written.get(id) ?? 0));
    }
    return used;
  };
  const end = async ({ machine, volume, bytesUsed, bytesTotal }: Overrun): Promise<void> => {
    deps.log(`machine ${machine}: ${volume ?? "its root file system"} is full (${bytesUsed} of ${bytesTotal} bytes)`);
    const request = { bytes_used: bytesUsed, bytes_total: bytesTotal, ...(volume === undefined ? {} : { volume }) };
    journal.write(machine, {}, event("disk_full", "started", "flyd", request));
    const containers = await runtime.listContainers({ ...planetLabels(planet, "machine"), [LABEL.machine]: machine });
    for (const { id, state } of containers) if (state === "running") await runtime.signalContainer(id, "SIGKILL");
  };
  const isKept = (id: string): boolean => {
    const state = store.machine(id)?.state ?? store.volumes.get(id)?.state ?? "destroyed";
    return state !== "destroyed";
  };
  const look = async (): Promise<void> => {
    const free = await deps.freeBytes();
    freeBefore ??= free;
    if (free > freeBefore) freeBefore = free;
    if (freeBefore - free < NOTICED_BYTES) return;
    freeBefore = free;
    const machines = store.machines().filter(({ state }) => state === "started");
    const used = await measureAll(machines);
    const withVolumes = machines.map(({ id }) => ({ id, volumes: store.volumes.ofMachine(id) }));
    const overruns = overrunsOf(withVolumes, used, usedBefore);
    // What is not measured now, because its machine does not run, counts when it runs again.
    for (const [id, bytes] of usedBefore) if (!used.has(id) && isKept(id)) used.set(id, bytes);
    usedBefore = used;
    for (const overrun of overruns) await end(overrun);
  };
  const repeat = (): void => {
    look()
      .catch((thrown: unknown) => deps.log(`disk: ${asAppError(thrown).message}`))
      .finally(() => {
        if (!stopped) cancel = deps.timer(LOOK_EVERY_MS, repeat);
      });
  };

  return {
    start: () => {
      if (!stopped) return;
      stopped = false;
      repeat();
    },
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
