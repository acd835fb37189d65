// Starts sleeping machines for requests: one order per machine however many requests wait for it, held until its port
// takes connections and its checks pass (statements AS-10, AS-13, AS-15, ER-02).
import type { EdgeFault } from "./app-errors.ts";
import type { Connector, ConnListener } from "./http1/conn.ts";
import type { Backend, WorldIndex } from "./world-index.ts";

/** For the engine to start a machine while it is busy with others. */
const START_WITHIN_MS = 30_000;
/** The platform gives up after about 8 s (ER-02). */
export const REACHABLE_WITHIN_MS = 8_270;
const CONNECT_TIMEOUT_MS = 1_000;
/** Tries follow each other closely at first, when every millisecond is a person's, and more slowly later. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 100;
const PAUSE_GROWTH = 1.15;
/** The checks' own way of becoming healthy after the port is open; then requests wait as for any unhealthy machine (LB-17). */
const HEALTHY_WITHIN_MS = 8_000;

export type WakeResult = { readonly kind: "awake" } | { readonly kind: "failed"; readonly fault: EdgeFault };

export interface Waker {
  /** Calls back once the machine is up and its checks pass or take long, or once it cannot be started. The result ends the wait. */
  wake(backend: Backend, done: (result: WakeResult) => void): () => void;
  isWaking(machineId: string): boolean;
  worldChanged(world: WorldIndex): void;
  healthChanged(): void;
  close(): void;
}

export interface WakerDeps {
  readonly connector: Connector;
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number; readonly body: string }>;
  timer(afterMs: number, run: () => void): () => void;
  monotonicMs(): number;
  isHealthy(backend: Backend): boolean;
  /** Has the machine's checks run at once. */
  hurry(machineId: string): void;
  /** A line for the app's log. */
  report(backend: Backend, text: string): void;
}

interface Waking {
  backend: Backend;
  readonly startedMs: number;
  readonly waiters: Set<(result: WakeResult) => void>;
  phase: "starting" | "connecting" | "checking";
  cancel: () => void;
}

const SILENT: ConnListener = { onData() {}, onEnd() {}, onDrain() {}, onClose() {} };

export function createWaker(deps: WakerDeps): Waker {
  const { connector, post, timer, monotonicMs, isHealthy, hurry, report } = deps;
  const waking = new Map<string, Waking>();
  let world: WorldIndex | undefined;

  const settle = (entry: Waking, result: WakeResult): void => {
    const { id } = entry.backend.machine;
    if (waking.get(id) !== entry) return;
    waking.delete(id);
    entry.cancel();
    for (const done of entry.waiters) done(result);
  };
  const fail = (entry: Waking, fault: EdgeFault): void => settle(entry, { kind: "failed", fault });
  const seconds = (sinceMs: number): string => `${((monotonicMs() - sinceMs) / 1_000).toFixed(3)} s`;

  const check = (entry: Waking): void => {
    if (entry.phase === "checking" && isHealthy(entry.backend)) settle(entry, { kind: "awake" });
  };
  const reached = (entry: Waking, sinceMs: number): void => {
    report(entry.backend, `the machine's port is open after ${seconds(sinceMs)}`);
    entry.phase = "checking";
    entry.cancel = timer(HEALTHY_WITHIN_MS, () => settle(entry, { kind: "awake" }));
    hurry(entry.backend.machine.id);
    check(entry);
  };
  const connect = (entry: Waking): void => {
    const { machine, service } = entry.backend;
    const localAddress = world?.regions.get(machine.region)?.edge4;
    if (localAddress === undefined) return fail(entry, "PM02");
    const sinceMs = monotonicMs();
    entry.phase = "connecting";
    report(entry.backend, `machine started in ${seconds(entry.startedMs)}`);
    let pauseMs = FIRST_PAUSE_MS;
    const attempt = (): void => {
      const pending = connector.connect(
        { host: machine.address4, port: service.internalPort, localAddress },
        CONNECT_TIMEOUT_MS,
        SILENT,
        {
          opened: (conn) => {
            conn.destroy();
            reached(entry, sinceMs);
          },
          failed: () => {
            if (monotonicMs() - sinceMs > REACHABLE_WITHIN_MS) return fail(entry, "PM05");
            pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * PAUSE_GROWTH);
            entry.cancel = timer(pauseMs, attempt);
            return undefined;
          },
        },
      );
      entry.cancel = () => pending.cancel();
    };
    attempt();
    return undefined;
  };
  const order = (entry: Waking): void => {
    const { id } = entry.backend.machine;
    entry.cancel = timer(START_WITHIN_MS, () => fail(entry, "PM03"));
    report(entry.backend, "starting the machine for a request");
    post(`/hangar/v1/machines/${id}/wake`, {}, START_WITHIN_MS).then(
      ({ status }) => {
        if (status >= 400) fail(entry, "PM01");
      },
      () => fail(entry, "PM02"),
    );
  };

  return {
    wake(backend, done) {
      const { id } = backend.machine;
      let entry = waking.get(id);
      if (entry === undefined) {
        const created: Waking = {
          ...{ backend, startedMs: monotonicMs(), waiters: new Set([done]), phase: "starting" },
          cancel: () => undefined,
        };
        waking.set(id, (entry = created));
        order(created);
      } else entry.waiters.add(done);
      const { waiters } = entry;
      return () => void waiters.delete(done);
    },
    isWaking: (machineId) => waking.size > 0 && waking.has(machineId),
    worldChanged(next) {
      world = next;
      for (const entry of [...waking.values()]) {
        const machine = next.machines.get(entry.backend.machine.id);
        if (machine === undefined || machine.state === "failed") fail(entry, "PM08");
        else {
          // The same service of the newest configuration.
          entry.backend = { ...entry.backend, machine };
          if (entry.phase === "starting" && machine.started) {
            entry.cancel();
            connect(entry);
          } else check(entry);
        }
      }
    },
    healthChanged() {
      for (const entry of [...waking.values()]) check(entry);
    },
    close() {
      for (const entry of waking.values()) entry.cancel();
      waking.clear();
    },
  };
}
