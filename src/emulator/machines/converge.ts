// One run of bringing a machine's containers to what the machine should be. Level-triggered: it looks at the record and
// at the engine and takes what steps are missing, so a crash at any point is repaired by the next run.
import { asAppError } from "../../errors/app-error.ts";
import type { MachineRecord } from "../model/records.ts";
import type { ContainerDetail, ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL } from "../runtime/labels.ts";
import type { Store } from "../control-plane/store/store.ts";
import { containerOf, type Launcher, needsAnchor, programOf } from "./launch.ts";
import { isAlive, isAnchor, joinsAnchor, type MachineContainers } from "./machine-containers.ts";
import { machinePrograms } from "./programs.ts";
import { exitRequest } from "./state.ts";
import { event, type StateJournal } from "./state-journal.ts";

/** Time for requests under way before a machine is told to stop. */
const DRAIN_DEADLINE_MS = 5_000;
/** What the engine refuses for a reason that another try does not change. */
const FINAL: ReadonlySet<string> = new Set(["MACHINE_START_FAILED", "IMAGE_NOT_FOUND", "DISK_FULL"]);

export interface ConvergeDeps {
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly journal: StateJournal;
  readonly containers: MachineContainers;
  readonly launcher: Launcher;
  readonly now: () => number;
  readonly activateRegions: (regions: readonly string[]) => Promise<void>;
  /** Resolves when the edge routes nothing to the machine any more and no request is under way, or after the deadline. */
  readonly drained: (id: string, deadlineMs: number) => Promise<void>;
  /** Whether a start that the engine refused is tried again. */
  readonly mayRetry: (id: string) => boolean;
  /** Called when a machine could not be started. */
  readonly failed: (machine: MachineRecord) => void;
  /** Does what follows from the end of a container that nobody asked for; false where nothing does. */
  readonly handleExit: (machine: MachineRecord, detail: ContainerDetail) => Promise<boolean>;
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

/** Whether a program that runs has its network; an anchor that it does not use must not hold the same addresses. */
function hasNetwork(program: ContainerInfo, anchor: ContainerInfo | undefined): boolean {
  return joinsAnchor(program) === (anchor !== undefined && isAlive(anchor));
}

/** One run for the machine; it resolves when the machine is where it should be. */
export function createConvergence(deps: ConvergeDeps): (id: string) => Promise<void> {
  const { store, runtime, journal, containers } = deps;

  /** By the record that a run has read: in one run a machine is waited for once. */
  const draining = new WeakMap<MachineRecord, Promise<void>>();
  /** Nothing is under way to a machine without services: edge sends it nothing. */
  const drained = (machine: MachineRecord): Promise<void> => {
    const begun = draining.get(machine);
    if (begun !== undefined) return begun;
    const serves = (machine.config.services ?? []).length > 0;
    const waiting = serves ? deps.drained(machine.id, DRAIN_DEADLINE_MS) : Promise.resolve();
    draining.set(machine, waiting);
    return waiting;
  };

  const isProgram = (container: ContainerInfo): boolean => isAlive(container) && !isAnchor(container);

  /** Stops what is alive, what depends on others first; `meanwhile` is begun when the programs have been told to end. */
  const stopAll = async (
    machine: MachineRecord,
    present: readonly ContainerInfo[],
    meanwhile: () => void = () => undefined,
  ): Promise<void> => {
    if (present.some(isAlive)) await drained(machine);
    const ends = present
      .filter(isProgram)
      .map((container) => containers.stop(machine, programOf(machine, container), container));
    meanwhile();
    await Promise.all(ends);
    for (const anchor of present.filter((container) => isAlive(container) && isAnchor(container)))
      await containers.stop(machine, undefined, anchor);
  };
  /** The same; what is left of the main program. */
  const stopAndLook = async (
    machine: MachineRecord,
    present: readonly ContainerInfo[],
  ): Promise<ContainerDetail | undefined> => {
    await stopAll(machine, present);
    const main = present.find(isProgram);
    return main === undefined ? undefined : runtime.inspectContainer(main.id);
  };
  const removeAll = async (present: readonly ContainerInfo[]): Promise<void> => {
    await Promise.all(present.map(({ id }) => runtime.removeContainer(id)));
  };
  const exited = (detail: ContainerDetail | undefined, restarting: boolean): ReturnType<typeof event> =>
    event(
      "exit",
      "stopped",
      "flyd",
      exitRequest({ detail, requestedStop: true, restarting, restartCount: 0, nowMs: deps.now() }),
    );
  const STOP_DONE = { restartRequested: false, stopSignal: null, stopTimeoutMs: null } as const;

  const destroy = async (machine: MachineRecord, present: readonly ContainerInfo[]): Promise<void> => {
    if (machine.state !== "destroying") journal.write(machine.id, { state: "destroying" });
    await stopAll(machine, present);
    await removeAll(present);
    journal.write(machine.id, { state: "destroyed" }, event("destroy", "destroyed", "user"));
  };

  const halt = async (machine: MachineRecord, current: readonly ContainerInfo[]): Promise<void> => {
    if (!current.some(isProgram)) {
      await stopAll(machine, current);
      if (machine.state === "suspended") journal.write(machine.id, { state: "stopped", ...STOP_DONE });
      else if (machine.state !== "stopped" && machine.state !== "created" && machine.state !== "failed")
        journal.write(machine.id, { state: "stopped" });
      return;
    }
    journal.write(machine.id, { state: "stopping" });
    const detail = await stopAndLook(machine, current);
    journal.write(machine.id, { state: "stopped", restarts: 0, ...STOP_DONE }, exited(detail, false));
  };

  const suspend = async (machine: MachineRecord, current: readonly ContainerInfo[]): Promise<void> => {
    const running = current.filter((container) => isProgram(container) && container.state === "running");
    if (!current.some(isProgram)) {
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

  /** Whether a stop and a start, or a restart, keep what the programs wrote into their image's files. */
  const keepsFiles = ({ config, state }: MachineRecord, restart: boolean): boolean => {
    const persist = config.rootfs?.persist ?? config.guest?.persist_rootfs ?? "never";
    if (persist === "always" || (persist === "restart" && restart)) return true;
    // A crash keeps them, and so does a suspension whose memory was lost; only a stop and a start give new ones.
    return !restart && state !== "stopped" && state !== "created" && state !== "failed";
  };

  /** Makes what the new version needs while the old one ends: they have one address, and only what runs holds it. */
  const replace = async (
    machine: MachineRecord,
    stale: readonly ContainerInfo[],
    make: () => Promise<ContainerInfo[]>,
  ): Promise<PromiseSettledResult<ContainerInfo[]>> => {
    const making = Promise.withResolvers<ContainerInfo[]>();
    const stopping = stopAll(machine, stale, () => making.resolve(make()));
    stopping.catch(() => making.resolve([]));
    const [ended, made] = await Promise.allSettled([stopping, making.promise]);
    if (ended.status === "rejected") throw ended.reason;
    return made;
  };

  const launch = async (
    machine: MachineRecord,
    current: readonly ContainerInfo[],
    { stale, anchor }: { readonly stale: readonly ContainerInfo[]; readonly anchor: ContainerInfo | undefined },
  ): Promise<void> => {
    const restart = machine.restartRequested;
    const replaces = stale.some(isAlive) || (restart && current.some(isAlive));
    if (restart && current.some(isAlive)) {
      journal.write(machine.id, { state: "restarting" });
      const detail = await stopAndLook(machine, current);
      journal.write(machine.id, { state: "starting", restarts: 0, ...STOP_DONE }, exited(detail, true));
    } else if (restart) journal.write(machine.id, STOP_DONE);
    else if (machine.state === "started" && stale.length === 0 && (await unheard(machine, current))) return;
    const programs = machinePrograms(machine);
    const main = programs[0] === undefined ? undefined : containerOf(programs[0], current);
    if (programs.length === 1 && !restart && main?.state === "running" && hasNetwork(main, anchor)) {
      await removeAll(stale);
      if (machine.state !== "started") started(machine);
      return;
    }
    const running = !restart && current.length > 0 && machine.state === "started";
    if (!running) journal.write(machine.id, { state: stale.length > 0 ? "replacing" : "starting" });
    const keeps = keepsFiles(machine, restart) || (current.some(isAlive) && !restart);
    // What was made and not started may lack its files: its run was cut short.
    const isUsable = (container: ContainerInfo): boolean =>
      keeps && container.state !== "created" && (anchor !== undefined || !joinsAnchor(container));
    await removeAll(current.filter((container) => !isUsable(container)));
    const present = current.filter(isUsable);
    const joins = needsAnchor(machine, present, { anchor, replaces });
    // Nothing else may hold the machine's addresses.
    if (!joins && anchor !== undefined && isAlive(anchor)) await removeAll([anchor]);
    const [only] = stale.length > 0 && present.length === 0 && programs.length === 1 ? programs : [];
    const unused = [...stale, ...(joins || anchor === undefined ? [] : [anchor])];
    const made = await replace(machine, stale, () =>
      Promise.all([
        ...(joins && anchor === undefined ? [containers.prepareAnchor(machine)] : []),
        ...(only === undefined ? [] : [containers.prepare(machine, only, joins)]),
      ]),
    );
    let removing: Promise<void> | undefined;
    try {
      if (made.status === "rejected") throw made.reason;
      await deps.activateRegions([machine.region]);
      const ready = restart ? present.map((one) => ({ ...one, state: "exited" as const })) : present;
      const bringing = deps.launcher.bringUp(
        machine,
        [...ready, ...made.value.filter((container) => !isAnchor(container))],
        joins ? (anchor ?? made.value.find(isAnchor)) : undefined,
      );
      // Meanwhile, and not when the new version begins: that has the processor for itself then.
      removing = removeAll(unused);
      removing.catch(() => undefined);
      await bringing;
    } catch (thrown) {
      const error = asAppError(thrown);
      // A refusal may come from the work of a control that was killed, or of an engine that is restarting: only what
      // cannot change by itself, or does not change for a while, is the machine's failure.
      if (!FINAL.has(error.code) && deps.mayRetry(machine.id)) throw error;
      await (removing ?? removeAll(unused));
      if (isSuperseded(machine)) return;
      journal.write(
        machine.id,
        { state: "failed", desired: "stopped" },
        event("start", "failed", "flyd", { error: error.message, code: error.code }),
      );
      await stopAll(machine, await containers.list(machine.id));
      deps.failed(machine);
      return;
    }
    if (!running) started(machine);
    await removing;
  };

  const started = (machine: MachineRecord): void => {
    if (!isSuperseded(machine)) journal.write(machine.id, { state: "started" }, event("start", "started", "flyd"));
  };

  /** Whether the machine got another version during this run: what the run has come to says nothing of that one. */
  const isSuperseded = ({ id, instanceId }: MachineRecord): boolean => store.machine(id)?.instanceId !== instanceId;

  /** Whether a program ended while nobody listened; what follows from that is done then, too. */
  const unheard = async (machine: MachineRecord, current: readonly ContainerInfo[]): Promise<boolean> => {
    for (const container of current) {
      if (container.state !== "exited") continue;
      const detail = await runtime.inspectContainer(container.id);
      if (detail !== undefined && (await deps.handleExit(machine, detail))) return true;
    }
    return false;
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
    if (machine.desired === "started") return launch(machine, current, { stale, anchor });
    const own = anchor === undefined ? current : [...current, anchor];
    if (machine.desired === "suspended") return suspend(machine, own);
    await stopAll(machine, stale);
    await removeAll(stale);
    await halt(machine, own);
  };
}
