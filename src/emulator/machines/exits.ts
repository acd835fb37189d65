// What follows when a program of a machine ends and nobody asked for it: a restart by policy, or the machine's end.
import type { MachineRecord } from "../model/records.ts";
import type { ContainerDetail } from "../runtime/container-runtime.ts";
import { LABEL } from "../runtime/labels.ts";
import type { Store } from "../control-plane/store/store.ts";
import { containerOf, programOf } from "./launch.ts";
import { isAlive, isAnchor, type MachineContainers } from "./machine-containers.ts";
import { machinePrograms, type MachineProgram } from "./programs.ts";
import { afterExit, type ExitDecision } from "./restart-policy.ts";
import { exitDecided, exitRequest } from "./state.ts";
import { event, type StateJournal } from "./state-journal.ts";

/** Between the end of what holds a machine's network, which somebody else has brought about, and its new start. */
const ANCHOR_PAUSE_MS = 200;

export interface ExitDeps {
  readonly store: Store;
  readonly journal: StateJournal;
  readonly containers: MachineContainers;
  readonly inspect: (container: string) => Promise<ContainerDetail | undefined>;
  /** Whether the engine ended the program, because it started anew itself. */
  readonly endedByEngine: (detail: ContainerDetail) => Promise<boolean>;
  readonly now: () => number;
  /** Converges the machine after a while. */
  readonly later: (id: string, afterMs: number) => void;
  /** Converges it right away, as part of the work that is under way. */
  readonly convergeNow: (id: string) => Promise<void>;
  /** Called when a machine has come to an end that was not a success. */
  readonly failed: (machine: MachineRecord) => void;
  readonly log: (text: string) => void;
}

/**
 * Takes the end of a container of a machine that should run, and everything that follows from it. False: nothing does,
 * because it was on purpose, or has its event already.
 */
export function createExits(deps: ExitDeps): (id: string, detail: ContainerDetail) => Promise<boolean> {
  const { store, journal, containers } = deps;

  /** Whether the machine's other programs go on without this one. */
  const othersGoOn = async (machine: MachineRecord, ended: ContainerDetail): Promise<boolean> => {
    // Several commands of one image are one program to the platform: the first end is the end of all.
    if ((machine.config.containers ?? []).length === 0) return false;
    const own = (await containers.list(machine.id)).filter(
      (one) => one.labels[LABEL.instance] === machine.instanceId && !isAnchor(one),
    );
    const events = store.events(machine.id);
    for (const other of own) {
      if (other.id === ended.id) continue;
      if (isAlive(other)) return true;
      // One that ended too and is started again, or about which nothing is decided yet: then the last one decides.
      const detail = other.state === "exited" ? await deps.inspect(other.id) : undefined;
      if (detail !== undefined && exitDecided(events, detail.finishedAt, other.labels[LABEL.container]) !== "end")
        return true;
    }
    const name = ended.labels[LABEL.container];
    const waitsForSuccess = ({ dependsOn }: MachineProgram): boolean =>
      dependsOn.some((other) => other.name === name && other.condition === "exited_successfully");
    const waiting = machinePrograms(machine).filter(
      (program) => (containerOf(program, own)?.state ?? "created") === "created",
    );
    return waiting.some((program) => ended.exitCode === 0 && waitsForSuccess(program));
  };

  /** Whether the machine has another version by now, or is not to run any more. */
  const isOver = ({ id, instanceId }: MachineRecord): boolean => {
    const now = store.machine(id);
    return now?.instanceId !== instanceId || now.desired !== "started" || now.restartRequested;
  };

  return async (id, detail) => {
    const machine = store.machine(id);
    if (machine === undefined || machine.desired !== "started" || machine.state === "destroyed") return false;
    // A restart or a start under way stops and starts it by itself.
    if (detail.state !== "exited" || machine.restartRequested) return false;
    if (isAnchor(detail)) {
      // No program has used it.
      if (detail.networks.length === 0) return false;
      // Not at once: one that cannot stay would be started without end.
      deps.later(id, ANCHOR_PAUSE_MS);
      return true;
    }
    // Another instance: it was replaced on purpose.
    if (detail.labels[LABEL.instance] !== machine.instanceId) return false;
    const container = detail.labels[LABEL.container];
    if (exitDecided(store.events(id), detail.finishedAt, container) !== undefined) return false;
    const program = programOf(machine, detail);
    const byEngine = await deps.endedByEngine(detail);
    // Replaced or told to stop meanwhile: whoever waits for the new version must not hear of the old one's end.
    if (isOver(machine)) return false;
    // What the engine ended goes on, whatever the policy says of programs that end by themselves; it is no failure either.
    const decision: ExitDecision = byEngine
      ? { kind: "restart", afterMs: 0, restarts: machine.restarts, windowStartMs: machine.restartWindowStartMs }
      : afterExit(machine, detail.exitCode, deps.now(), program?.restart);
    const exit = (restarting: boolean, restartCount: number): ReturnType<typeof event> =>
      event(
        "exit",
        "stopped",
        "flyd",
        exitRequest({
          detail,
          requestedStop: false,
          restarting,
          restartCount,
          nowMs: deps.now(),
          ...(container === undefined ? {} : { container }),
        }),
      );
    if (decision.kind === "restart") {
      journal.write(
        id,
        {
          // Of several programs the others run on.
          ...(container === undefined ? { state: "starting" as const } : {}),
          restarts: decision.restarts,
          restartWindowStartMs: decision.windowStartMs,
        },
        exit(true, decision.restarts),
      );
      if (decision.afterMs > 0) deps.later(id, decision.afterMs);
      else await deps.convergeNow(id);
      return true;
    }
    deps.log(`machine ${id}: ${decision.reason}`);
    const othersRun = container !== undefined && (await othersGoOn(machine, detail));
    if (isOver(machine)) return false;
    if (othersRun) {
      journal.write(id, {}, exit(false, machine.restarts));
      // What waits for this one to end may start now.
      await deps.convergeNow(id);
      return true;
    }
    journal.write(
      id,
      {
        ...(container === undefined ? { state: "stopped" as const } : {}),
        desired: machine.config.auto_destroy === true ? "destroyed" : "stopped",
        restarts: 0,
      },
      exit(false, machine.restarts),
    );
    if (detail.exitCode !== 0) deps.failed(machine);
    await deps.convergeNow(id);
    return true;
  };
}
