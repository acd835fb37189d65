// Counts what is in flight, per backend and per machine. All edges are one process, so the counts are exact.

export interface LoadTracker {
  /** Counts one request at the backend until the returned function is called. */
  enter(machineId: string, key: string): () => void;
  of(key: string): number;
  ofMachine(machineId: string): number;
  /** Calls the listener when nothing is in flight at the machine; at once where that is so. The result ends the wait. */
  whenIdle(machineId: string, listener: () => void): () => void;
}

/** Kept by all that are inside, so that leaving looks nothing up; forgotten when nobody is. */
interface Count {
  inFlight: number;
}

export function createLoadTracker(): LoadTracker {
  const byKey = new Map<string, Count>();
  const byMachine = new Map<string, Count>();
  const listeners = new Map<string, Set<() => void>>();

  const entered = (counts: Map<string, Count>, key: string): Count => {
    let count = counts.get(key);
    if (count === undefined) counts.set(key, (count = { inFlight: 0 }));
    count.inFlight += 1;
    return count;
  };

  return {
    enter(machineId, key) {
      let inside = true;
      const ofKey = entered(byKey, key);
      const ofMachine = entered(byMachine, machineId);
      return () => {
        if (!inside) return;
        inside = false;
        ofKey.inFlight -= 1;
        ofMachine.inFlight -= 1;
        if (ofKey.inFlight === 0) byKey.delete(key);
        if (ofMachine.inFlight > 0) return;
        byMachine.delete(machineId);
        const waiting = listeners.get(machineId);
        listeners.delete(machineId);
        for (const listener of waiting ?? []) listener();
      };
    },
    of: (key) => byKey.get(key)?.inFlight ?? 0,
    ofMachine: (machineId) => byMachine.get(machineId)?.inFlight ?? 0,
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
