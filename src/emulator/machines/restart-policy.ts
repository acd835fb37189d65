// Pure: what happens when a machine's program ends by itself.
import type { MachineRecord } from "../model/records.ts";

/** The platform counts restarts within five minutes against the policy's limit. */
export const RESTART_WINDOW_MS = 300_000;
const DEFAULT_MAX_RETRIES = 10;
const LONGEST_BACKOFF_MS = 10_000;

export type ExitDecision =
  | { readonly kind: "restart"; readonly afterMs: number; readonly restarts: number; readonly windowStartMs: number }
  | { readonly kind: "stop"; readonly reason: string };

/**
 * What to do after an exit nobody asked for. The first restart is immediate, later ones wait 250 ms, 500 ms … 10 s: the
 * platform's own backoff is not documented.
 */
export function afterExit(
  machine: MachineRecord,
  exitCode: number,
  nowMs: number,
  restart: MachineRecord["config"]["restart"] = machine.config.restart,
): ExitDecision {
  const policy = restart?.policy ?? "on-failure";
  if (policy === "no") return { kind: "stop", reason: `machine exited with exit code ${exitCode}, not restarting` };
  if (policy !== "always" && exitCode === 0)
    return { kind: "stop", reason: "machine exited with exit code 0, not restarting" };
  const withinWindow = machine.restarts > 0 && nowMs - machine.restartWindowStartMs < RESTART_WINDOW_MS;
  const restarts = withinWindow ? machine.restarts + 1 : 1;
  const limit = restart?.max_retries ?? DEFAULT_MAX_RETRIES;
  if (policy !== "always" && restarts > limit)
    return { kind: "stop", reason: `machine has reached its max restart count of ${limit}` };
  const afterMs = restarts === 1 ? 0 : Math.min(LONGEST_BACKOFF_MS, 125 * 2 ** Math.min(restarts - 1, 10));
  return { kind: "restart", afterMs, restarts, windowStartMs: withinWindow ? machine.restartWindowStartMs : nowMs };
}
