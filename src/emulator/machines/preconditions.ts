// Pure: what a machine's state and size allow.
import { AppError } from "../../errors/app-error.ts";
import type { MachineRecord } from "../model/records.ts";

/** Machines with more memory cannot be suspended on the platform. */
const MOST_SUSPENDABLE_MB = 2_048;
const DEFAULT_MEMORY_MB = 256;

/**
 * Whether there is anything to do to suspend a machine.
 * @throws MACHINE_STATE it cannot be suspended, and why
 */
export function planSuspend(machine: MachineRecord): "suspend" | "nothing" {
  if (machine.desired === "suspended" && machine.state !== "failed") return "nothing";
  const refuse = (why: string): AppError =>
    new AppError("MACHINE_STATE", `failed_precondition: unable to suspend machine ${why}`);
  if (machine.state !== "started") throw refuse(`from current state: '${machine.state}'`);
  const { config } = machine;
  if ((config.guest?.memory_mb ?? DEFAULT_MEMORY_MB) > MOST_SUSPENDABLE_MB)
    throw refuse(`with more than ${MOST_SUSPENDABLE_MB} MB of memory`);
  if ((config.init?.swap_size_mb ?? 0) > 0) throw refuse("with swap");
  if (config.schedule !== undefined) throw refuse("with a schedule");
  return "suspend";
}
