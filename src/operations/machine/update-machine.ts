// Changing the configuration of one machine: what would change, and changing it.
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { Machine, MachineConfig } from "../../contract/machine.ts";
import type { ProgressReporter } from "../progress.ts";
import { changeConfig, type ConfigChanges } from "./change-config.ts";
import { type Difference, diffConfig } from "./diff-config.ts";

export interface MachineUpdate {
  readonly machine: Machine;
  readonly config: MachineConfig;
  readonly differences: readonly Difference[];
}

/** What the changes come to. @throws USAGE */
export function planUpdate(machine: Machine, changes: ConfigChanges): MachineUpdate {
  const config = changeConfig(machine.config, changes);
  return { machine, config, differences: diffConfig(machine.config, config) };
}

export interface UpdateDeps {
  readonly machines: Pick<MachinesApi, "update" | "wait" | "get">;
  readonly progress: ProgressReporter;
}

/**
 * Gives the machine its new configuration, provided that nobody changed it meanwhile. A machine that runs is replaced and
 * waited for; one that does not keeps its state.
 * @throws CONFLICT, LEASE_HELD, DEADLINE
 */
export async function updateMachine(
  { app, update, waitMs, skipStart }: { app: string; update: MachineUpdate; waitMs: number; skipStart: boolean },
  { machines, progress }: UpdateDeps,
): Promise<Machine> {
  const { machine, config } = update;
  const stays = skipStart || !["started", "starting"].includes(machine.state);
  progress.start(machine.id, `Machine ${machine.id} in ${machine.region}`);
  try {
    const next = await machines.update(app, machine.id, {
      config,
      current_version: machine.instance_id,
      ...(stays ? { skip_launch: true } : {}),
    });
    if (!stays && waitMs > 0) {
      progress.update(machine.id, "starting");
      await machines.wait(app, machine.id, { state: "started", timeoutMs: waitMs, instanceId: next.instance_id });
    }
    progress.done(machine.id, "updated");
    return waitMs > 0 ? await machines.get(app, machine.id) : next;
  } catch (error) {
    progress.fail(machine.id);
    throw error;
  }
}
