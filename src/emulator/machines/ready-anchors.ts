// Makes ready what keeps a machine's network when its program is replaced (docs/adr/0017): to make it takes the engine as long
// as the program takes to end, so it is made before anybody asks for a replacement, when nothing else happens.
import { asAppError } from "../../errors/app-error.ts";
import type { MachineRecord } from "../model/records.ts";
import type { ContainerInfo, ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import type { Store } from "../control-plane/store/store.ts";
import { isSettled } from "./converge.ts";
import { isAlive, isAnchor, isWaiting, joinsAnchor } from "./machine-containers.ts";
import type { Supervisor } from "./supervisor.ts";

/**
 * For so long nothing has changed: an app that has just been woken has its first requests behind it, and its machine the
 * first look at its CPU balance, which takes the engine as well.
 */
const QUIET_MS = 6_000;
/** One that somebody has ended is missed then. */
const LOOK_EVERY_MS = 60_000;
/** Each takes 4.4 MB, which not every machine of many is worth. */
export const MOST_WAITING = 16;

export interface ReadyAnchors {
  /** To be called after each change of a machine. */
  follow(): void;
  /** Looks when nothing has changed for a while, until `stop`. */
  start(): void;
  stop(): void;
}

export interface ReadyAnchorsDeps {
  readonly planet: string;
  readonly store: Pick<Store, "machines">;
  readonly runtime: Pick<ContainerRuntime, "listContainers">;
  readonly readyAnchor: Supervisor["readyAnchor"];
  readonly timer: (afterMs: number, run: () => void) => () => void;
  readonly log: (text: string) => void;
}

/**
 * Whether it is one whose next replacement an anchor would make faster: a single program that runs in a network of its own.
 * @param present its containers
 */
export function lacksAnchor(machine: MachineRecord, present: readonly ContainerInfo[]): boolean {
  if (machine.desired !== "started" || machine.config.auto_destroy === true || !isSettled(machine, present))
    return false;
  return !present.some((container) => (isAnchor(container) ? isAlive(container) : joinsAnchor(container)));
}

/**
 * The machines that get an anchor now, those that have changed last first.
 * @param present all containers of the planet
 */
export function machinesToReady(machines: readonly MachineRecord[], present: readonly ContainerInfo[]): string[] {
  const byMachine = Map.groupBy(present, ({ labels }) => labels[LABEL.machine] ?? "");
  const room = MOST_WAITING - present.filter(isWaiting).length;
  return machines
    .filter((machine) => lacksAnchor(machine, byMachine.get(machine.id) ?? []))
    .toSorted((a, b) => b.updatedAt.localeCompare(a.updatedAt))
    .slice(0, Math.max(0, room))
    .map(({ id }) => id);
}

export function createReadyAnchors(deps: ReadyAnchorsDeps): ReadyAnchors {
  const { planet, store, runtime } = deps;
  let cancel = (): void => undefined;
  let stopped = true;
  let looking = false;
  let disturbed = false;

  const lookAfter = (afterMs: number): void => {
    cancel();
    if (!stopped) cancel = deps.timer(afterMs, look);
  };
  const makeReady = async (): Promise<void> => {
    const present = await runtime.listContainers(planetLabels(planet));
    for (const id of machinesToReady(store.machines(), present)) {
      if (stopped || disturbed) return;
      await deps.readyAnchor(id);
    }
  };
  const look = (): void => {
    [looking, disturbed] = [true, false];
    makeReady()
      .catch((thrown: unknown) => deps.log(`networks of machines: ${asAppError(thrown).message}`))
      .finally(() => {
        looking = false;
        lookAfter(disturbed ? QUIET_MS : LOOK_EVERY_MS);
      });
  };
  const follow = (): void => {
    if (looking) disturbed = true;
    else lookAfter(QUIET_MS);
  };

  return {
    follow,
    start: () => {
      stopped = false;
      follow();
    },
    stop: () => {
      stopped = true;
      cancel();
    },
  };
}
