// Looks now and then for machines that have nothing to do, and has control stop them.
import type { WorldMachine } from "../../contract/world.ts";
import { AUTOSTOP_PERIOD_MS, type AutostopOrder, planAutostop } from "./autostop.ts";
import type { LoadTracker } from "./load.ts";
import type { WorldIndex } from "./world-index.ts";

const ORDER_TIMEOUT_MS = 10_000;

export interface Autostopper {
  /** Stops a machine that cannot be reached, where machines may be stopped at all (AS-16). */
  lost(machine: WorldMachine): void;
  worldChanged(world: WorldIndex, periodMs: number | undefined): void;
  close(): void;
}

export interface AutostopperDeps {
  readonly load: LoadTracker;
  post(path: string, body: unknown, timeoutMs: number): Promise<{ readonly status: number }>;
  timer(afterMs: number, run: () => void): () => void;
  monotonicMs(): number;
  random(): number;
  /** Whether requests wait for this machine to start. */
  isWaking(machineId: string): boolean;
  report(machine: WorldMachine, text: string): void;
}

export function createAutostopper(deps: AutostopperDeps): Autostopper {
  const { load, post, timer, monotonicMs, random, isWaking, report } = deps;
  /** When each running instance was first seen. */
  const upSinceMs = new Map<string, number>();
  let world: WorldIndex | undefined;
  let periodMs = AUTOSTOP_PERIOD_MS;
  let cancel = (): void => undefined;

  const instanceOf = ({ id, instanceId }: WorldMachine): string => `${id} ${instanceId}`;
  const order = (machine: WorldMachine, mode: AutostopOrder["mode"], why: string): void => {
    report(machine, why);
    // Control that is away misses an order; the next pass gives it again.
    post(`/hangar/v1/machines/${machine.id}/autostop`, { mode }, ORDER_TIMEOUT_MS).catch(() => undefined);
  };
  const pass = (): void => {
    plan();
    const nowMs = monotonicMs();
    const orders = planAutostop(world?.machines.values() ?? [], {
      load: (machine, { internalPort }) => load.of(`${machine.id}:${internalPort}`),
      isSettled: (machine) =>
        !isWaking(machine.id) && nowMs - (upSinceMs.get(instanceOf(machine)) ?? nowMs) >= periodMs,
      random,
    });
    for (const { machine, mode, running, left } of orders) {
      const { id, app, region, processGroup } = machine;
      order(
        machine,
        mode,
        `${app} has more machines than it needs: ${mode === "stop" ? "stopping" : "suspending"} ${id}, ${left} of ${running} stay up (region ${region}, group ${processGroup})`,
      );
    }
  };
  const plan = (): void => {
    cancel();
    cancel = timer(periodMs, pass);
  };
  plan();

  return {
    lost(machine) {
      if (!machine.services.some(({ autostop = "off" }) => autostop !== "off")) return;
      order(machine, "stop", `${machine.id} cannot be reached any more: stopping it`);
    },
    worldChanged(next, wantedMs = AUTOSTOP_PERIOD_MS) {
      world = next;
      const running = new Set<string>();
      for (const machine of next.machines.values()) if (machine.started) running.add(instanceOf(machine));
      for (const key of upSinceMs.keys()) if (!running.has(key)) upSinceMs.delete(key);
      for (const key of running) if (!upSinceMs.has(key)) upSinceMs.set(key, monotonicMs());
      if (wantedMs === periodMs) return;
      periodMs = wantedMs;
      plan();
    },
    close: () => cancel(),
  };
}
