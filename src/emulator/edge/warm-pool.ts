// Backhaul connections between edges: at least one waits on each pair of regions that requests may cross, so that none
// of them pays for a handshake. Taken ones are replaced in the background.
import type { Connector } from "./http1/conn.ts";
import type { Head } from "./http1/head.ts";
import { type Target, UpstreamConnection } from "./http1/upstream-connection.ts";
import type { SweptPool } from "./machine-pool.ts";

/** More than one waits for this long after a burst of requests. */
const SURPLUS_IDLE_MS = 60_000;
const MIN_WARM = 1;

export interface WarmPool extends SweptPool {
  /** The pairs to keep warm from now on; connections of others go when they have been idle. */
  want(targets: readonly Target[]): void;
  /** Connections that are open and wait, for tests and the status. */
  warm(key: string): number;
}

export interface WarmPoolDeps {
  readonly connector: Connector;
  readonly scratchHead: Head;
  nowMs(): number;
}

export function createWarmPool({ connector, scratchHead, nowMs }: WarmPoolDeps): WarmPool {
  const wanted = new Map<string, Target>();
  const idle = new Map<string, UpstreamConnection[]>();
  const opening = new Map<string, Set<UpstreamConnection>>();

  const remove = (connection: UpstreamConnection): void => {
    opening.get(connection.key)?.delete(connection);
    const ofKey = idle.get(connection.key);
    const at = ofKey?.indexOf(connection) ?? -1;
    if (at >= 0) ofKey?.splice(at, 1);
  };
  const refill = (key: string): void => {
    const target = wanted.get(key);
    if (target === undefined) return;
    const pending = opening.get(key) ?? new Set();
    opening.set(key, pending);
    for (let have = (idle.get(key)?.length ?? 0) + pending.size; have < MIN_WARM; have += 1) {
      pending.add(new UpstreamConnection({ ...target, pool }, connector, scratchHead, undefined));
    }
  };
  const isUnwanted = (connection: UpstreamConnection): boolean => {
    const target = wanted.get(connection.key);
    return target === undefined || target.host !== connection.host || target.localAddress !== connection.localAddress;
  };

  const pool: WarmPool = {
    take({ key }) {
      const connection = idle.get(key)?.pop();
      refill(key);
      return connection;
    },
    put(connection) {
      opening.get(connection.key)?.delete(connection);
      connection.idleSinceMs = nowMs();
      const ofKey = idle.get(connection.key) ?? [];
      idle.set(connection.key, ofKey);
      ofKey.push(connection);
    },
    // Replaced at the next sweep, not at once: a far end that refuses must not be asked in a tight loop.
    forget: remove,
    want(targets) {
      wanted.clear();
      for (const target of targets) wanted.set(target.key, target);
      pool.sweep();
    },
    sweep() {
      const oldestMs = nowMs() - SURPLUS_IDLE_MS;
      for (const [key, connections] of idle) {
        for (const connection of [...connections]) {
          const surplus = connections.length > MIN_WARM || !wanted.has(key);
          const moved = wanted.has(key) && isUnwanted(connection);
          if (!moved && !(surplus && connection.idleSinceMs < oldestMs)) continue;
          remove(connection);
          connection.abandon();
        }
      }
      for (const key of wanted.keys()) refill(key);
    },
    close() {
      wanted.clear();
      for (const group of [...idle.values(), ...opening.values()]) for (const connection of group) connection.abandon();
      idle.clear();
      opening.clear();
    },
    warm: (key) => idle.get(key)?.length ?? 0,
  };
  return pool;
}
