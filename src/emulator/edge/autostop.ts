// Pure: which machines have nothing to do, by the platform's formula (statements AS-02 to AS-07).
import type { WorldMachine, WorldService } from "../../contract/world.ts";
import { DEFAULT_SOFT_LIMIT } from "./balance.ts";

/**
 * The documentation says "every few minutes"; public logs show stops 5 to 6 minutes after a start. It can be set per
 * planet: nobody wants to wait for it in a test.
 */
export const AUTOSTOP_PERIOD_MS = 300_000;

export interface AutostopView {
  /** Requests and connections in flight at the machine's service. */
  load(machine: WorldMachine, service: WorldService): number;
  /** It has been up for a whole period: what has just been started is about to be used. */
  isSettled(machine: WorldMachine): boolean;
  random(): number;
}

export interface AutostopOrder {
  readonly machine: WorldMachine;
  readonly mode: "stop" | "suspend";
  /** Running machines of the group in the region, before and after. */
  readonly running: number;
  readonly left: number;
}

/** The orders of one pass: at most one for each group of machines in each region. */
export function planAutostop(machines: Iterable<WorldMachine>, view: AutostopView): AutostopOrder[] {
  const groups = new Map<string, Candidate[]>();
  for (const machine of machines) {
    const service = machine.services.find(({ autostop = "off" }) => autostop !== "off");
    if (!machine.started || service === undefined) continue;
    const key = `${machine.app} ${machine.processGroup} ${machine.region}`;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push({ machine, service, load: loadOf(machine, view), isOverSoft: isOverSoft(machine, view) });
  }
  return [...groups.values()].flatMap((group) => planGroup(group, view));
}

interface Candidate {
  readonly machine: WorldMachine;
  readonly service: WorldService;
  readonly load: number;
  readonly isOverSoft: boolean;
}

function loadOf(machine: WorldMachine, view: AutostopView): number {
  return machine.services.reduce((sum, service) => sum + view.load(machine, service), 0);
}

function isOverSoft(machine: WorldMachine, view: AutostopView): boolean {
  return machine.services.some(
    (service) => view.load(machine, service) >= (service.concurrency.softLimit ?? DEFAULT_SOFT_LIMIT),
  );
}

function planGroup(group: readonly Candidate[], view: AutostopView): AutostopOrder[] {
  const running = group.length;
  const { machine: first, service } = group[0]!;
  const kept = first.primaryRegion === first.region ? (service.minMachinesRunning ?? 0) : 0;
  if (running <= kept) return [];
  // AS-03, and AS-04 for the last one: it goes only when nothing at all is in flight there.
  const excess =
    running === 1 ? Number(group[0]!.load === 0) : running - (group.filter((one) => one.isOverSoft).length + 1);
  if (excess < 1) return [];
  const idle = group.filter(({ machine, isOverSoft: busy }) => !busy && view.isSettled(machine));
  const least = Math.min(...idle.map(({ load }) => load));
  const equals = idle.filter(({ load }) => load === least);
  const chosen = equals[Math.floor(view.random() * equals.length)];
  if (chosen === undefined) return [];
  const mode = chosen.service.autostop === "suspend" ? "suspend" : "stop";
  return [{ machine: chosen.machine, mode, running, left: running - 1 }];
}
