// Ends what runs of a machine: edge sends it nothing any more by then, programs go before what holds their network.
import type { MachineEvent } from "../../contract/machine.ts";
import type { MachineRecord } from "../model/records.ts";
import type { ContainerDetail, ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import { programOf } from "./launch.ts";
import { isAlive, isAnchor, type MachineContainers } from "./machine-containers.ts";
import { exitRequest } from "./state.ts";
import { event } from "./state-journal.ts";

/** Time for requests under way before a machine is told to stop. */
const DRAIN_DEADLINE_MS = 5_000;
/** What a record says of a stop or restart that is done. */
export const STOP_DONE = { restartRequested: false, stopSignal: null, stopTimeoutMs: null } as const;

export interface StoppingDeps {
  readonly runtime: Pick<ContainerRuntime, "inspectContainer" | "removeContainer">;
  readonly containers: Pick<MachineContainers, "stop">;
  readonly now: () => number;
  /** Resolves when the edge routes nothing to the machine any more and no request is under way, or after the deadline. */
  readonly drained: (id: string, deadlineMs: number) => Promise<void>;
}

export interface Stopping {
  /** Once in a run, which is known by the record that it has read. */
  drained(machine: MachineRecord): Promise<void>;
  /** Stops what is alive, what depends on others first; `meanwhile` is begun when the programs have been told to end. */
  stopAll(machine: MachineRecord, present: readonly ContainerInfo[], meanwhile?: () => void): Promise<void>;
  /** The same; what is left of the main program. */
  stopAndLook(machine: MachineRecord, present: readonly ContainerInfo[]): Promise<ContainerDetail | undefined>;
  removeAll(present: readonly ContainerInfo[]): Promise<void>;
  /** The event of an end that was asked for. */
  exited(detail: ContainerDetail | undefined, restarting: boolean): Omit<MachineEvent, "timestamp">;
}

/** Whether it is a program that runs, or is kept in memory. */
export function isLiveProgram(container: ContainerInfo): boolean {
  return isAlive(container) && !isAnchor(container);
}

export function createStopping({ runtime, containers, now, drained: edgeDrained }: StoppingDeps): Stopping {
  const draining = new WeakMap<MachineRecord, Promise<void>>();

  const stopping: Stopping = {
    drained: (machine) => {
      const begun = draining.get(machine);
      if (begun !== undefined) return begun;
      // Nothing is under way to a machine without services: edge sends it nothing.
      const serves = (machine.config.services ?? []).length > 0;
      const waiting = serves ? edgeDrained(machine.id, DRAIN_DEADLINE_MS) : Promise.resolve();
      draining.set(machine, waiting);
      return waiting;
    },
    stopAll: async (machine, present, meanwhile = () => undefined) => {
      if (present.some(isAlive)) await stopping.drained(machine);
      const ends = present
        .filter(isLiveProgram)
        .map((container) => containers.stop(machine, programOf(machine, container), container));
      meanwhile();
      await Promise.all(ends);
      for (const anchor of present.filter((container) => isAlive(container) && isAnchor(container)))
        await containers.stop(machine, undefined, anchor);
    },
    stopAndLook: async (machine, present) => {
      await stopping.stopAll(machine, present);
      const main = present.find(isLiveProgram);
      return main === undefined ? undefined : runtime.inspectContainer(main.id);
    },
    removeAll: async (present) => {
      await Promise.all(present.map(({ id }) => runtime.removeContainer(id)));
    },
    exited: (detail, restarting) =>
      event(
        "exit",
        "stopped",
        "flyd",
        exitRequest({ detail, requestedStop: true, restarting, restartCount: 0, nowMs: now() }),
      ),
  };
  return stopping;
}
