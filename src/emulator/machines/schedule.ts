// Starts machines that run every hour, day, week or month: counted from when the machine was made, so that nothing has to be
// remembered and a new control goes on where the last one ended.
import type { MachineEvent } from "../../contract/machine.ts";
import type { Store } from "../control-plane/store/store.ts";
import type { MachineRecord } from "../model/records.ts";
import { event, type StateJournal } from "./state-journal.ts";

const HOUR_MS = 3_600_000;
const PERIOD_MS = { hourly: HOUR_MS, daily: 24 * HOUR_MS, weekly: 7 * 24 * HOUR_MS } as const;
/** How late a start may be; the platform promises no exact time either. */
const LOOK_EVERY_MS = 30_000;

/** The day of the month that a machine was made on, or the last one of a shorter month. */
function monthsAfter(start: Date, months: number): number {
  const first = Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months, 1);
  const days = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + months + 1, 0)).getUTCDate();
  const inDay = start.getTime() % (24 * HOUR_MS);
  return first + (Math.min(start.getUTCDate(), days) - 1) * 24 * HOUR_MS + inDay;
}

/** The last time before or at `nowMs` when the machine was due, in ms since the epoch; undefined: it was not yet. */
export function lastDueMs({ config, createdAt }: MachineRecord, nowMs: number): number | undefined {
  const start = new Date(createdAt);
  if (config.schedule === undefined || nowMs < start.getTime()) return undefined;
  if (config.schedule !== "monthly") {
    const period = PERIOD_MS[config.schedule];
    const count = Math.floor((nowMs - start.getTime()) / period);
    return count === 0 ? undefined : start.getTime() + count * period;
  }
  const now = new Date(nowMs);
  const months = (now.getUTCFullYear() - start.getUTCFullYear()) * 12 + now.getUTCMonth() - start.getUTCMonth();
  const count = monthsAfter(start, months) <= nowMs ? months : months - 1;
  return count < 1 ? undefined : monthsAfter(start, count);
}

/**
 * Whether a machine is to be started now. One that has never run is not: its first start is somebody's own. One that ran
 * when it was due waits for the next time.
 */
export function isDue(machine: MachineRecord, events: readonly MachineEvent[], nowMs: number): boolean {
  const rests = machine.desired === "stopped" && (machine.state === "stopped" || machine.state === "failed");
  const due = rests ? lastDueMs(machine, nowMs) : undefined;
  if (due === undefined) return false;
  const last = events.find(({ type }) => type === "start" || type === "exit");
  return last !== undefined && last.timestamp < due;
}

export interface Schedule {
  /** Looks now, and again and again until `stop`. */
  start(): void;
  stop(): void;
}

export interface ScheduleDeps {
  readonly store: Store;
  readonly journal: StateJournal;
  readonly converge: (id: string) => Promise<void>;
  readonly now: () => number;
  readonly timer: (afterMs: number, run: () => void) => () => void;
}

export function createSchedule({ store, journal, converge, now, timer }: ScheduleDeps): Schedule {
  let cancel = (): void => undefined;
  const look = (): void => {
    for (const machine of store.machines()) {
      if (machine.config.schedule === undefined || !isDue(machine, store.events(machine.id), now())) continue;
      journal.write(machine.id, { desired: "started" }, event("start", "starting", "flyd"));
      void converge(machine.id);
    }
    cancel = timer(LOOK_EVERY_MS, look);
  };
  return {
    start: () => {
      cancel();
      look();
    },
    stop: () => cancel(),
  };
}
