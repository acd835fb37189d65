// Pure: what `wait` waits for.
import type { MachineRecord } from "../model/records.ts";

/** "settled" is any state that does not pass by itself. */
export const WAITABLE = ["started", "stopped", "suspended", "destroyed", "failed", "settled"] as const;
export type WaitState = (typeof WAITABLE)[number];

const SETTLED = new Set(["created", "started", "stopped", "suspended", "failed", "destroyed"]);

export interface WaitFor {
  readonly states: readonly WaitState[];
  readonly version?: string | undefined;
  /** Only what happened after this event counts. */
  readonly fromEventId?: string | undefined;
}

/** Whether the machine, with its newest event, is where somebody waits for it. */
export function hasReached(
  machine: MachineRecord,
  { states, version, fromEventId }: WaitFor,
  newestEventId?: string,
): boolean {
  if (version !== undefined && machine.instanceId !== version) return false;
  // It is about to be restarted: what it is now is what it was before.
  if (machine.restartRequested && machine.state === "started") return false;
  if (fromEventId !== undefined && (newestEventId ?? "") <= fromEventId) return false;
  return states.some((state) => (state === "settled" ? SETTLED.has(machine.state) : machine.state === state));
}

export function isWaitState(word: string): word is WaitState {
  return WAITABLE.some((state) => state === word);
}
