// Sets machines right, each in a queue of its own and a few at a time: when somebody wants something else of one, when one
// of its containers ends, after a failure, and all of them after a start of control.
import { AppError, asAppError } from "../../errors/app-error.ts";
import { containerChecks } from "../model/container-checks.ts";
import type { MachineRecord, PlanetRecord } from "../model/records.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import type { Store } from "../control-plane/store/store.ts";
import { createConvergence, isSettled } from "./converge.ts";
import { createEngineRestart } from "./engine-restart.ts";
import { createExits } from "./exits.ts";
import { createLauncher, programOf } from "./launch.ts";
import { createMachineContainers, isAnchor } from "./machine-containers.ts";
import { lacksAnchor } from "./ready-anchors.ts";
import { createSerialQueue } from "./serial-queue.ts";
import { event, type StateJournal } from "./state-journal.ts";

/** Engine calls that run at the same time: more only queue up inside the engine (measured on two cores). */
const PARALLEL = 4;
/** Tries to start a machine that the engine refuses for a reason that may pass. */
const MAX_ATTEMPTS = 4;
const RETRY_MS = 250;
const LONGEST_RETRY_MS = 5_000;
const PLANETS_OWN: ReadonlySet<string> = new Set(["DOCKER_UNAVAILABLE", "PLANET_START_FAILED"]);

export interface Supervisor {
  /** Takes the machine to its desired state; resolves when it is there or has failed. */
  converge(id: string): Promise<void>;
  /**
   * All machines: those of the store, and containers of machines that the store does not know (removed).
   * @throws what stopped the first of them; the others are where they should be all the same
   */
  reconcile(): Promise<void>;
  /** To be called when a container of the planet has ended. */
  exited(id: string, containerId: string, oomKilled?: boolean): void;
  /** Ends one program of a machine that is not well; what follows is as when it had ended by itself. */
  stopProgram(id: string, container: string): Promise<void>;
  /**
   * Starts what will keep the network of a machine whose program is replaced, if the machine lacks it and nothing is to be
   * done for it. It changes nothing that anybody sees of the machine; a failure is the caller's.
   */
  readyAnchor(id: string): Promise<void>;
  idle(): Promise<void>;
}

export interface SupervisorDeps {
  readonly planet: PlanetRecord;
  readonly store: Store;
  readonly runtime: ContainerRuntime;
  readonly journal: StateJournal;
  /** The planet's own image. */
  readonly image: string;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly slotOf: (region: string) => number;
  readonly activateRegions: (regions: readonly string[]) => Promise<void>;
  readonly drained: (id: string, deadlineMs: number) => Promise<void>;
  readonly log: (text: string) => void;
}

export function createSupervisor(deps: SupervisorDeps): Supervisor {
  const { planet, store, runtime, journal } = deps;
  const queue = createSerialQueue(PARALLEL);
  const pending = new Map<string, () => void>();
  /** Failures in a row, by machine. */
  const attempts = new Map<string, number>();

  const later = (id: string, afterMs: number): void => {
    pending.get(id)?.();
    pending.set(
      id,
      deps.timer(afterMs, () => void supervisor.converge(id)),
    );
  };

  /** Starts the machines that stand by for one that has failed. */
  const startStandbys = (failed: MachineRecord): void => {
    for (const machine of store.machines({ app: failed.app })) {
      const waits = machine.desired === "stopped" && (machine.state === "stopped" || machine.state === "created");
      if (!waits || machine.config.standbys?.includes(failed.id) !== true) continue;
      journal.write(machine.id, { desired: "started" }, event("start", "starting", "flyd"));
      void supervisor.converge(machine.id);
    }
  };

  const containers = createMachineContainers({
    planet,
    runtime,
    image: deps.image,
    slotOf: deps.slotOf,
    secretsOf: (app) => store.secrets.values(app),
  });
  const launcher = createLauncher({
    runtime,
    containers,
    events: store.events,
    healthy: (machine, container) => {
      const results = store.checks(machine.id).filter(({ instanceId }) => instanceId === machine.instanceId);
      const passes = (check: string): boolean =>
        results.some(({ name, status }) => name === check && status === "passing");
      return containerChecks(machine.config).every((check) => check.container !== container || passes(check.name));
    },
  });
  const exitOf = createExits({
    store,
    journal,
    containers,
    inspect: runtime.inspectContainer,
    endedByEngine: createEngineRestart(planet.name, runtime),
    now: deps.now,
    later,
    convergeNow: (id) => convergeNow(id),
    failed: startStandbys,
    log: deps.log,
  });
  const step = createConvergence({
    store,
    runtime,
    journal,
    containers,
    launcher,
    now: deps.now,
    activateRegions: deps.activateRegions,
    drained: deps.drained,
    mayRetry: (id) => (attempts.get(id) ?? 0) < MAX_ATTEMPTS,
    failed: startStandbys,
    handleExit: (machine, detail) => exitOf(machine.id, detail),
  });
  const convergeNow = (id: string): Promise<void> => {
    pending.get(id)?.();
    pending.delete(id);
    return step(id);
  };

  const forgetFailures = (id: string) => (): void => void attempts.delete(id);
  const countFailure =
    (id: string) =>
    (thrown: unknown): never => {
      // What the whole planet lacks is no failure of the machine's.
      if (!PLANETS_OWN.has(asAppError(thrown).code)) attempts.set(id, (attempts.get(id) ?? 0) + 1);
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
      later(id, Math.min(LONGEST_RETRY_MS, RETRY_MS * 2 ** (attempt - 1)));
    });

  const supervisor: Supervisor = {
    converge: (id) => guarded(id, () => convergeNow(id)),
    exited: (id, containerId, oomKilled = false) =>
      void guarded(id, async () => {
        const detail = await runtime.inspectContainer(containerId);
        if (detail !== undefined) await exitOf(id, { ...detail, oomKilled: detail.oomKilled || oomKilled });
      }),
    stopProgram: (id, container) =>
      guarded(id, async () => {
        const machine = store.machine(id);
        if (machine?.desired !== "started") return;
        const own = (await containers.list(id)).find(
          ({ labels, state }) =>
            labels[LABEL.container] === container &&
            labels[LABEL.instance] === machine.instanceId &&
            state === "running",
        );
        if (own !== undefined) await containers.stop(machine, programOf(machine, own), own);
      }),
    readyAnchor: (id) =>
      queue.run(id, async () => {
        const machine = store.machine(id);
        const present = machine === undefined ? [] : await containers.list(id);
        if (machine === undefined || !lacksAnchor(machine, present)) return;
        // One that has ended still has the name.
        await Promise.all(present.filter(isAnchor).map((ended) => runtime.removeContainer(ended.id)));
        await containers.prepareAnchor(machine, { early: true });
      }),
    idle: () => queue.idle(),
    reconcile: async () => {
      const present = (await runtime.listContainers(planetLabels(planet.name))).filter(
        ({ labels }) => labels[LABEL.machine] !== undefined,
      );
      const byMachine = Map.groupBy(present, ({ labels }) => labels[LABEL.machine] ?? "");
      const known = new Map(store.machines().map((machine) => [machine.id, machine]));
      const orphans = present.filter(({ labels }) => !known.has(labels[LABEL.machine] ?? ""));
      // One look at the engine tells of most machines that nothing is to be done; work that is under way goes on.
      const unsettled = [...known.values()].filter((machine) => !isSettled(machine, byMachine.get(machine.id) ?? []));
      const results = await Promise.allSettled([
        ...orphans.map((container) => queue.run(container.id, () => runtime.removeContainer(container.id))),
        ...unsettled.map(({ id }) => queue.run(id, () => convergeNow(id).then(forgetFailures(id), countFailure(id)))),
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
