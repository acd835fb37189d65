// Connections to machines that wait for their next request, last used first.
import type { Target, UpstreamConnection, UpstreamPool } from "./http1/upstream-connection.ts";

/** The platform keeps connections to a machine for about four seconds (LB-11); Node.js servers close theirs after five. */
const IDLE_MS = 4_000;
const MAX_IDLE_PER_TARGET = 512;

export interface SweptPool extends UpstreamPool {
  /** Closes what has waited too long; called now and then. */
  sweep(): void;
  close(): void;
}

export function createMachinePool(nowMs: () => number): SweptPool {
  const idle = new Map<string, UpstreamConnection[]>();

  return {
    take({ key }: Target) {
      return idle.get(key)?.pop();
    },
    put(connection) {
      connection.idleSinceMs = nowMs();
      let ofKey = idle.get(connection.key);
      if (ofKey === undefined) idle.set(connection.key, (ofKey = []));
      ofKey.push(connection);
      if (ofKey.length > MAX_IDLE_PER_TARGET) ofKey.shift()?.abandon();
    },
    forget(connection) {
      const ofKey = idle.get(connection.key);
      const at = ofKey?.indexOf(connection) ?? -1;
      if (at >= 0) ofKey?.splice(at, 1);
    },
    sweep() {
      const oldestMs = nowMs() - IDLE_MS;
      for (const [key, connections] of idle) {
        while (connections[0] !== undefined && connections[0].idleSinceMs < oldestMs) connections.shift()?.abandon();
        if (connections.length === 0) idle.delete(key);
      }
    },
    close() {
      for (const connections of idle.values()) for (const connection of connections) connection.abandon();
      idle.clear();
    },
  };
}
