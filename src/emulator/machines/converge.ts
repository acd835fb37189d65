// One run of bringing a machine's containers to what the machine should be. Level-triggered: it looks at the record and
// at the engine and takes what steps are missing, so a crash at any point is repaired by the next run.
import type { MachineRecord } from "../model/records.ts";
import type { ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL } from "../runtime/labels.ts";
import { programOf } from "./launch.ts";
import { isAlive, isAnchor, isWaiting, type MachineContainers } from "./machine-containers.ts";
import { machinePrograms } from "./programs.ts";
import { createStarting, hasNetwork, type StartingDeps } from "./starting.ts";
import { event } from "./state-journal.ts";
import { createStopping, isLiveProgram, STOP_DONE, type StoppingDeps } from "./stopping.ts";

export interface ConvergeDeps extends StartingDeps, StoppingDeps {
  readonly runtime: ContainerRuntime;
  readonly containers: MachineContainers;
}

/** Whether its containers are all that they should be, so that a run would find nothing to do. */
export function isSettled(machine: MachineRecord, present: readonly ContainerInfo[]): boolean {
  const { desired, state, instanceId, restartRequested } = machine;
  if (state !== desired || restartRequested) return false;
  const programs = present.filter((container) => !isAnchor(container));
  if (!programs.every(({ labels }) => labels[LABEL.instance] === instanceId)) return false;
  if (desired === "stopped") return !present.some(isAlive);
  const [only] = programs;
  const single = programs.length === 1 && machinePrograms(machine).length === 1;
  return desired === "started" && single && only?.state === "running" && hasNetwork(only, present.find(isAnchor));
}

/** One run for the machine; it resolves when the machine is where it should be. */
export function createConvergence(deps: ConvergeDeps): (id: string) => Promise<void> {
  const { store, runtime, journal, containers } = deps;
  const stopping = createStopping(deps);
  const { drained, stopAll, stopAndLook, removeAll, exited } = stopping;
  const start = createStarting(deps, stopping);

  const destroy = async (machine: MachineRecord, present: readonly ContainerInfo[]): Promise<void> => {
    if (machine.state !== "destroying") journal.write(machine.id, { state: "destroying" });
    await stopAll(
      machine,
      present.filter((container) => !isAnchor(container)),
    );
    await removeAll(present);
    journal.write(machine.id, { state: "destroyed" }, event("destroy", "destroyed", "user"));
  };

  const halt = async (machine: MachineRecord, present: readonly ContainerInfo[]): Promise<void> => {
    // Nothing uses it: it goes at once, and the next start has nothing to remove.
    const removing = removeAll(present.filter(isWaiting));
    const current = present.filter((container) => !isWaiting(container));
    if (!current.some(isLiveProgram)) {
      await Promise.all([stopAll(machine, current), removing]);
      if (machine.state === "suspended") journal.write(machine.id, { state: "stopped", ...STOP_DONE });
      else if (machine.state !== "stopped" && machine.state !== "created" && machine.state !== "failed")
        journal.write(machine.id, { state: "stopped" });
      return;
    }
    journal.write(machine.id, { state: "stopping" });
    const [detail] = await Promise.all([stopAndLook(machine, current), removing]);
    journal.write(machine.id, { state: "stopped", restarts: 0, ...STOP_DONE }, exited(detail, false));
  };

  const suspend = async (machine: MachineRecord, current: readonly ContainerInfo[]): Promise<void> => {
    const running = current.filter((container) => isLiveProgram(container) && container.state === "running");
    if (!current.some(isLiveProgram)) {
      await stopAll(machine, current);
      // Its memory is lost: what is left is a machine that starts anew.
      if (machine.state !== "suspended" && machine.state !== "stopped")
        journal.write(machine.id, { state: "stopped", desired: "stopped" });
      return;
    }
    if (running.length > 0) {
      journal.write(machine.id, { state: "suspending" });
      await drained(machine);
      for (const { id } of running) await runtime.pauseContainer(id);
    }
    if (machine.state !== "suspended")
      journal.write(machine.id, { state: "suspended" }, event("suspend", "suspended", "flyd"));
  };

  return async (id) => {
    const machine = store.machine(id);
    if (machine === undefined || machine.state === "destroyed") return;
    // What is replaced has to be stopped: the edge is asked while the engine is.
    if (machine.state === "replacing") drained(machine).catch(() => undefined);
    const present = await containers.list(id);
    const anchor = present.find(isAnchor);
    const isCurrent = (container: ContainerInfo): boolean =>
      container.labels[LABEL.instance] === machine.instanceId && programOf(machine, container) !== undefined;
    const current = present.filter((container) => container !== anchor && isCurrent(container));
    const stale = present.filter((container) => container !== anchor && !current.includes(container));
    if (machine.desired === "destroyed") return destroy(machine, present);
    if (machine.desired === "started") return start(machine, { current, stale, anchor });
    const own = anchor === undefined ? current : [...current, anchor];
    if (machine.desired === "suspended") return suspend(machine, own);
    await stopAll(machine, stale);
    await removeAll(stale);
    await halt(machine, own);
  };
}
