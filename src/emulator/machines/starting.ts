// Brings a machine to where it runs: ends what runs of other versions or before a restart, and starts what should.
import { asAppError } from "../../errors/app-error.ts";
import type { MachineRecord } from "../model/records.ts";
import type { ContainerDetail, ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import type { Store } from "../control-plane/store/store.ts";
import { containerOf, type Launcher, needsAnchor } from "./launch.ts";
import { isAlive, isAnchor, isWaiting, joinsAnchor, type MachineContainers } from "./machine-containers.ts";
import { machinePrograms } from "./programs.ts";
import { event, type StateJournal } from "./state-journal.ts";
import { STOP_DONE, type Stopping } from "./stopping.ts";

/** What the engine refuses for a reason that another try does not change. */
const FINAL: ReadonlySet<string> = new Set(["MACHINE_START_FAILED", "IMAGE_NOT_FOUND", "DISK_FULL"]);

export interface StartingDeps {
  readonly store: Store;
  readonly runtime: Pick<ContainerRuntime, "inspectContainer">;
  readonly journal: StateJournal;
  readonly containers: MachineContainers;
  readonly launcher: Launcher;
  readonly activateRegions: (regions: readonly string[]) => Promise<void>;
  /** Whether a start that the engine refused is tried again. */
  readonly mayRetry: (id: string) => boolean;
  /** Called when a machine could not be started. */
  readonly failed: (machine: MachineRecord) => void;
  /** Does what follows from the end of a container that nobody asked for; false where nothing does. */
  readonly handleExit: (machine: MachineRecord, detail: ContainerDetail) => Promise<boolean>;
}

/** A machine's containers. */
export interface Present {
  /** Of the programs of its present instance. */
  readonly current: readonly ContainerInfo[];
  /** Of other instances. */
  readonly stale: readonly ContainerInfo[];
  readonly anchor: ContainerInfo | undefined;
}

/** Whether an anchor has the machine's addresses. */
function holdsNetwork(anchor: ContainerInfo): boolean {
  return isAlive(anchor) && !isWaiting(anchor);
}

/** Whether a program that runs has its network; an anchor that it does not use must not hold the same addresses. */
export function hasNetwork(program: ContainerInfo, anchor: ContainerInfo | undefined): boolean {
  return joinsAnchor(program) === (anchor !== undefined && holdsNetwork(anchor));
}

/** Takes a machine that should run there; resolves when it does, or has failed. */
export function createStarting(
  deps: StartingDeps,
  { stopAll, stopAndLook, removeAll, exited }: Stopping,
): (machine: MachineRecord, present: Present) => Promise<void> {
  const { store, runtime, journal, containers } = deps;

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
    begun: readonly Promise<ContainerInfo>[],
    make: () => Promise<ContainerInfo[]>,
  ): Promise<PromiseSettledResult<ContainerInfo[]>> => {
    const making = Promise.withResolvers<ContainerInfo[]>();
    const stopping = stopAll(machine, stale, () => making.resolve(make()));
    stopping.catch(() => making.resolve([]));
    const [ended, made] = await Promise.allSettled([stopping, making.promise, ...begun]);
    if (ended.status === "rejected") throw ended.reason;
    return made;
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

  return async (machine, { current, stale, anchor }) => {
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
    if (!joins && anchor !== undefined && holdsNetwork(anchor)) await removeAll([anchor]);
    const [only] = stale.length > 0 && present.length === 0 && programs.length === 1 ? programs : [];
    const keepsAnchor = joins || anchor === undefined || isWaiting(anchor);
    const unused = keepsAnchor ? stale : [...stale, anchor];
    // Begun before anything is stopped: it takes the engine as long as a program takes to end.
    const anchoring =
      joins && anchor === undefined ? [containers.prepareAnchor(machine, { early: stale.some(isAlive) })] : [];
    const made = await replace(machine, stale, anchoring, () =>
      Promise.all([...anchoring, ...(only === undefined ? [] : [containers.prepare(machine, only, joins)])]),
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
}
