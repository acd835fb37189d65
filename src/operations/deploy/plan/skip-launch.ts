// Pure: whether a machine is started when it gets a new configuration.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import { standbysOf } from "./managed.ts";

/**
 * Whether the machine is written and not started: one that is stopped stays stopped, and so does a standby.
 * @param before the machine that is updated; undefined for a new one
 */
export function skipLaunch(before: Pick<Machine, "state"> | undefined, config: MachineConfig): boolean {
  const state = before?.state;
  if (state === "started" || state === "starting" || state === "failed") return false;
  if (standbysOf(config).length > 0) return true;
  // An update that was under way when its deploy was killed: the machine was running before it.
  return state !== undefined && state !== "replacing";
}
