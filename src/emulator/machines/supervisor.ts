// Brings each machine's container to what the machine should be. Level-triggered: every run looks at the record and at
// the engine and takes what steps are missing, so a crash at any point is repaired by the next run.
import { AppError, asAppError } from "../../errors/app-error.ts";
import { durationMs } from "../model/duration.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { ContainerDetail, ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import type { Store } from "../control-plane/store/store.ts";
import { machineContainerSpec, stopSignal } from "./container-spec.ts";
import { afterExit } from "./restart-policy.ts";
import { createSerialQueue } from "./serial-queue.ts";
import { event, type StateJournal } from "./state-journal.ts";

/** Engine calls that run at the same time: more only queue up inside the engine (measured on two cores). */
const PARALLEL = 6;
const DEFAULT_STOP_TIMEOUT_S = 5;
/** Time for requests under way before a machine is told to stop. */
const DRAIN_DEADLINE_MS = 5_000;

/** What the engine refuses for a reason that another try does not change. */
const FINAL: ReadonlySet<string> = new Set(["MACHINE_START_FAILED", "IMAGE_NOT_FOUND", "DISK_FULL"]);
/** Tries to start a machine that the engine refuses for another reason. */
const MAX_ATTEMPTS = 4;
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;

export interface Supervisor {
  /** Takes the machine to its desired state; resolves when it is there or has failed. */
  converge(id: string): Promise<void>;
  /**
   * All machines: those of the store, and containers of machines that the store does not know (removed).
   * @throws what stopped the first of them; the others are where they should be all the same
   */
  reconcile(): Promise<void>;
  /** To be called when a container of the planet has ended. */
  exited(id: string, containerId: string): void;
  idle(): Promise<void>;
}

export interface SupervisorDeps {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly journal: StateJournal;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly slotOf: (region: string) => number;
  readonly activateRegions: (regions: readonly string[]) => Promise<void>;
  /** Resolves when the edge routes nothing to the machine any more and no request is under way, or after the deadline. */
  readonly drained: (id: string, deadlineMs: number) => Promise<void>;
  readonly log: (text: string) => void;
}

export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const { planet, store, runtime, journal } = deps;
  const queue = createSerialQueue(PARALLEL);
  const restarts = new Map<string, () => void>();
  /** Failures in a row, by machine. */
  const attempts = new Map<string, number>();

  const containersOf = (id: string): Promise<ContainerInfo[]> =>
    runtime.listContainers({ ...planetLabels(planet.name, "machine"), [LABEL.machine]: id });

  const stop = async (machine: MachineRecord, container: ContainerInfo): Promise<ContainerDetail | undefined> => {
    const timeoutMs = durationMs(machine.config.stop_config?.timeout) ?? DEFAULT_STOP_TIMEOUT_S * 1_000;
    await runtime.stopContainer(container.id, {
      signal: stopSignal(machine),
      timeoutSeconds: Math.ceil(timeoutMs / 1_000),
    });
    return runtime.inspectContainer(container.id);
  };

  const exitRequest = (
    detail: ContainerDetail | undefined,
    requestedStop: boolean,
    restarting: boolean,
    restartCount: number,
  ): Record<string, unknown> => {
    const code = detail?.exitCode ?? 0;
    const signal = code > 128 && code < 160 ? code - 128 : -1;
    return {
      exit_event: {
        exit_code: code,
        guest_exit_code: code,
        guest_signal: signal,
        signal,
        oom_killed: detail?.oomKilled ?? false,
        requested_stop: requestedStop,
        restarting,
        exited_at: detail?.finishedAt ?? new Date(deps.now()).toISOString(),
      },
      restart_count: restartCount,
    };
  };

  const destroy = async (machine: MachineRecord, containers: readonly ContainerInfo[]): Promise<void> => {
    if (machine.state !== "destroying") journal.write(machine.id, { state: "destroying" });
    const running = containers.filter(({ state }) => state === "running");
    if (running.length > 0) await deps.drained(machine.id, DRAIN_DEADLINE_MS);
    for (const container of running) await stop(machine, container);
    for (const container of containers) await runtime.removeContainer(container.id);
    journal.write(machine.id, { state: "destroyed" }, event("destroy", "destroyed", "user"));
  };

  const halt = async (machine: MachineRecord, current: ContainerInfo | undefined): Promise<void> => {
    if (current?.state !== "running") {
      if (machine.state !== "stopped" && machine.state !== "created" && machine.state !== "failed")
        journal.write(machine.id, { state: "stopped" });
      return;
    }
    journal.write(machine.id, { state: "stopping" });
    await deps.drained(machine.id, DRAIN_DEADLINE_MS);
    const detail = await stop(machine, current);
    journal.write(
      machine.id,
      { state: "stopped", restarts: 0 },
      event("exit", "stopped", "flyd", exitRequest(detail, true, false, 0)),
    );
  };

  const launch = async (
    machine: MachineRecord,
    current: ContainerInfo | undefined,
    stale: readonly ContainerInfo[],
  ): Promise<void> => {
    if (current?.state === "running") {
      if (machine.state !== "started")
        journal.write(machine.id, { state: "started" }, event("start", "started", "flyd"));
      return;
    }
    const fresh = machine.state === "stopped" || machine.state === "created";
    journal.write(machine.id, { state: stale.length > 0 ? "replacing" : "starting" });
    if (stale.some(({ state }) => state === "running")) await deps.drained(machine.id, DRAIN_DEADLINE_MS);
    for (const container of stale) {
      if (container.state === "running") await stop(machine, container);
      await runtime.removeContainer(container.id);
    }
    // A stop and a start give a new root file system, as on the platform; a restart after a crash keeps it.
    if (current !== undefined && fresh) await runtime.removeContainer(current.id);
    try {
      await deps.activateRegions([machine.region]);
      const id =
        current === undefined || fresh
          ? await runtime.createContainer(machineContainerSpec(planet, deps.slotOf(machine.region), machine))
          : current.id;
      await runtime.startContainer(id);
    } catch (thrown) {
      const error = asAppError(thrown);
      // A refusal may come from the work of a control that was killed, or of an engine that is restarting: only what
      // cannot change by itself, or does not change for a while, is the machine's failure.
      if (!FINAL.has(error.code) && (attempts.get(machine.id) ?? 0) < MAX_ATTEMPTS) throw error;
      journal.write(
        machine.id,
        { state: "failed", desired: "stopped" },
        event("start", "failed", "flyd", { error: error.message, code: error.code }),
      );
      return;
    }
    journal.write(machine.id, { state: "started" }, event("start", "started", "flyd"));
  };

  const convergeNow = async (id: string): Promise<void> => {
    restarts.get(id)?.();
    restarts.delete(id);
    const machine = store.machine(id);
    if (machine === undefined || machine.state === "destroyed") return;
    const containers = await containersOf(id);
    const current = containers.find(({ labels }) => labels[LABEL.instance] === machine.instanceId);
    const stale = containers.filter((container) => container !== current);
    if (machine.desired === "destroyed") return destroy(machine, containers);
    if (machine.desired === "started") return launch(machine, current, stale);
    await halt(machine, current);
    for (const container of stale) await runtime.removeContainer(container.id);
  };

  const exitedNow = async (id: string, containerId: string): Promise<void> => {
    const machine = store.machine(id);
    if (machine === undefined || machine.desired !== "started" || machine.state === "destroyed") return;
    const detail = await runtime.inspectContainer(containerId);
    // Running again: the engine or an earlier run has restarted it. Another instance: it was replaced on purpose.
    if (detail === undefined || detail.state === "running" || detail.labels[LABEL.instance] !== machine.instanceId)
      return;
    const decision = afterExit(machine, detail.exitCode, deps.now());
    const exit = (restarting: boolean, count: number): ReturnType<typeof event> =>
      event("exit", "stopped", "flyd", exitRequest(detail, false, restarting, count));
    if (decision.kind === "restart") {
      journal.write(
        id,
        { state: "starting", restarts: decision.restarts, restartWindowStartMs: decision.windowStartMs },
        exit(true, decision.restarts),
      );
      const cancel = deps.timer(decision.afterMs, () => void supervisor.converge(id));
      restarts.set(id, cancel);
      return;
    }
    deps.log(`machine ${id}: ${decision.reason}`);
    journal.write(
      id,
      { state: "stopped", desired: machine.config.auto_destroy === true ? "destroyed" : "stopped", restarts: 0 },
      exit(false, machine.restarts),
    );
    if (machine.config.auto_destroy === true) await convergeNow(id);
  };

  const forgetFailures = (id: string) => (): void => void attempts.delete(id);
  const countFailure =
    (id: string) =>
    (thrown: unknown): never => {
      attempts.set(id, (attempts.get(id) ?? 0) + 1);
      throw thrown;
    };

  const guarded = (id: string, work: () => Promise<void>): Promise<void> =>
    queue.run(id, work).then(forgetFailures(id), (thrown: unknown) => {
      const error = asAppError(thrown);
      deps.log(`machine ${id}: ${error.message}`);
      // Without the engine nothing can be done: its return is followed by a reconcile.
      if (error.code === "DOCKER_UNAVAILABLE") return;
      const attempt = (attempts.get(id) ?? 0) + 1;
      attempts.set(id, attempt);
      const afterMs = Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (attempt - 1));
      restarts.set(
        id,
        deps.timer(afterMs, () => void supervisor.converge(id)),
      );
    });

  const supervisor: Supervisor = {
    converge: (id) => guarded(id, () => convergeNow(id)),
    exited: (id, containerId) => void guarded(id, () => exitedNow(id, containerId)),
    idle: () => queue.idle(),
    reconcile: async () => {
      const known = new Set(store.machines().map(({ id }) => id));
      const containers = await runtime.listContainers(planetLabels(planet.name, "machine"));
      const orphans = containers.filter(({ labels }) => !known.has(labels[LABEL.machine] ?? ""));
      const results = await Promise.allSettled([
        ...orphans.map((container) => queue.run(container.id, () => runtime.removeContainer(container.id))),
        ...[...known].map((id) => queue.run(id, () => convergeNow(id).then(forgetFailures(id), countFailure(id)))),
      ]);
      const failures = results.flatMap((result) => (result.status === "rejected" ? [asAppError(result.reason)] : []));
      for (const { message } of failures) deps.log(`reconcile: ${message}`);
      const [failure] = failures;
      if (failure !== undefined) throw failure;
    },
  };
  return supervisor;
}

/** The error for a machine that is not there. */
export function machineNotFound(id: string): AppError {
  return new AppError("MACHINE_NOT_FOUND", `machine not found: "${id}"`, { suggestions: ["hangar status"] });
}
