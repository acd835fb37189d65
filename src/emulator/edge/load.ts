// Counts what is in flight, per backend and per machine. All edges are one process, so the counts are exact.

export interface LoadTracker {
  /** Counts one request at the backend until the returned function is called. */
  enter(machineId: string, key: string): () => void;
  of(key: string): number;
  ofMachine(machineId: string): number;
  /** Calls the listener when nothing is in flight at the machine; at once where that is so. The result ends the wait. */
  whenIdle(machineId: string, listener: () => void): () => void;
}

export function createLoadTracker(): LoadTracker {
  const byKey = new Map<string, number>();
  const byMachine = new Map<string, number>();
  const listeners = new Map<string, Set<() => void>>();

  const add = (counts: Map<string, number>, key: string, change: 1 | -1): number => {
    const count = (counts.get(key) ?? 0) + change;
    if (count === 0) counts.delete(key);
    else counts.set(key, count);
    return count;
  };

  return {
    enter(machineId, key) {
      let inside = true;
      add(byKey, key, 1);
      add(byMachine, machineId, 1);
      return () => {
        if (!inside) return;
        inside = false;
        add(byKey, key, -1);
        if (add(byMachine, machineId, -1) > 0) return;
        const waiting = listeners.get(machineId);
        listeners.delete(machineId);
        for (const listener of waiting ?? []) listener();
      };
    },
    of: (key) => byKey.get(key) ?? 0,
    ofMachine: (machineId) => byMachine.get(machineId) ?? 0,
    whenIdle(machineId, listener) {
      if (!byMachine.has(machineId)) {
        listener();
        return () => undefined;
      }
      const waiting = listeners.get(machineId) ?? new Set();
      listeners.set(machineId, waiting.add(listener));
      return () => void waiting.delete(listener);
    },
  };
}
