// Making one machine and waiting until it runs.
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { LaunchMachine, Machine } from "../../contract/machine.ts";
import type { ProgressReporter } from "../progress.ts";

export interface LaunchInput {
  readonly app: string;
  readonly body: LaunchMachine;
  /** Milliseconds until it has to run; 0: do not wait. */
  readonly waitMs: number;
}

export interface LaunchDeps {
  readonly machines: Pick<MachinesApi, "create" | "get" | "wait">;
  readonly progress: ProgressReporter;
  /** A key that no other creation has. */
  readonly newKey: () => string;
}

/**
 * Makes a machine and, unless it is only to be there, waits until it has started. One that ends by itself is not waited for.
 * @throws DEADLINE, and what the API refuses with
 */
export async function launchMachine({ app, body, waitMs }: LaunchInput, deps: LaunchDeps): Promise<Machine> {
  const { machines, progress } = deps;
  progress.start("create", body.region === undefined ? "Making a machine" : `Making a machine in ${body.region}`);
  let machine: Machine;
  try {
    machine = await machines.create(app, body, deps.newKey());
  } catch (error) {
    progress.fail("create");
    throw error;
  }
  progress.done("create", machine.id);
  if (waitMs === 0 || body.skip_launch === true || (body.config.standbys ?? []).length > 0) return machine;
  progress.start("start", `Machine ${machine.id} in ${machine.region}`);
  try {
    // "settled" also means the machine that has done its work and stopped, or destroyed itself.
    const state = body.config.auto_destroy === true || body.config.schedule !== undefined ? "settled" : "started";
    await machines.wait(app, machine.id, { state, timeoutMs: waitMs, instanceId: machine.instance_id });
  } catch (error) {
    progress.fail("start");
    throw error;
  }
  const settled = await machines.get(app, machine.id);
  progress.done("start", settled.state);
  return settled;
}
