// Writes a machine's state and events, and tells those who wait for a state. Every change goes to the store first.
import type { MachineEvent } from "../../contract/machine.ts";
import type { MachineRecord } from "../model/records.ts";
import type { MachineChange, Store } from "../control-plane/store/store.ts";

export interface StateJournal {
  /** Keeps a change with its event; listeners hear of it after it is durable. */
  write(id: string, change: MachineChange, event?: Omit<MachineEvent, "timestamp">): void;
  /**
   * Resolves with the machine as soon as `wanted` accepts it, or with undefined after the deadline or when the signal fires.
   */
  waitFor(
    id: string,
    wanted: (machine: MachineRecord | undefined) => boolean,
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<MachineRecord | undefined>;
}

export interface StateJournalDeps {
  readonly store: Store;
  readonly now: () => number;
  /** Starts a timer and gives back how to stop it. */
  readonly timer: (afterMs: number, run: () => void) => () => void;
  /** Called after each change, to publish the world. */
  readonly changed: (id: string) => void;
}

/** Destroyed machines that can still be read, the newest ones of the planet. */
const DESTROYED_KEPT = 1_000;

/** The short form for events, whose timestamp is the time of writing. */
export function event(
  type: string,
  status: string,
  source: "user" | "flyd",
  request?: Record<string, unknown>,
): Omit<MachineEvent, "timestamp"> {
  return { type, status, source, ...(request === undefined ? {} : { request }) };
}

export function createStateJournal({ store, now, timer, changed }: StateJournalDeps): StateJournal {
  const listeners = new Map<string, Set<() => void>>();

  return {
    write: (id, change, entry) => {
      const at = now();
      store.transaction(() => {
        store.updateMachine(id, change, new Date(at).toISOString());
        if (change.state === "destroyed") {
          store.dropLease(id);
          for (const volume of store.volumes.ofMachine(id))
            store.volumes.update(volume.id, { machine: null }, new Date(at).toISOString());
          store.pruneDestroyed(DESTROYED_KEPT);
        }
        if (entry !== undefined) store.addEvent(id, { ...entry, timestamp: at } as MachineEvent);
      });
      changed(id);
      for (const listener of [...(listeners.get(id) ?? [])]) listener();
    },
    waitFor: (id, wanted, deadlineMs, signal) => {
      const first = store.machine(id);
      if (wanted(first)) return Promise.resolve(first);
      return new Promise((resolve) => {
        const own = listeners.get(id) ?? new Set<() => void>();
        listeners.set(id, own);
        const finish = (result: MachineRecord | undefined): void => {
          own.delete(listener);
          if (own.size === 0 && listeners.get(id) === own) listeners.delete(id);
          stopTimer();
          signal?.removeEventListener("abort", giveUp);
          resolve(result);
        };
        const listener = (): void => {
          const present = store.machine(id);
          if (wanted(present)) finish(present);
        };
        const giveUp = (): void => finish(undefined);
        own.add(listener);
        const stopTimer = timer(deadlineMs, giveUp);
        signal?.addEventListener("abort", giveUp, { once: true });
      });
    },
  };
}
