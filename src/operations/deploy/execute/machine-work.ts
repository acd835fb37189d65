// What a deploy does to one machine: make it, change it, see that it is healthy and runs what it should. A machine that
// serves is hidden from the edge while it changes, so that nobody is sent to a version that has not proved itself.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { Clock } from "../../../platform/clock.ts";
import type { ProgressReporter } from "../../progress.ts";
import { waitUntilHealthy } from "../health.ts";
import { groupOf } from "../plan/managed.ts";
import type { Fleet } from "./fleet.ts";
import { runTask, testTask } from "./run-task.ts";

export interface WorkDeps {
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly progress: ProgressReporter;
  readonly nonceOf: (machine: string) => string | undefined;
}

export interface WorkOptions {
  readonly waitTimeoutMs: number;
  /** Machines without checks have to stay up for a while. */
  readonly smokeChecks: boolean;
  /** Metadata of everything that the deploy writes. */
  readonly stamp: Readonly<Record<string, string>>;
}

export interface Change {
  readonly config: MachineConfig;
  readonly skipLaunch: boolean;
  /** Whether the machine is out of the edge's sight afterwards too. */
  readonly cordoned: boolean;
  /** `immediate` looks at nothing. */
  readonly watch: boolean;
  /** What tries the machine out once it is started, before its checks count. */
  readonly tests?: readonly MachineConfig[];
}

/** A machine before it is changed. */
export interface Changed extends Pick<Machine, "id" | "cordoned"> {
  readonly instance_id?: string | undefined;
}

export interface MachineWork {
  /** Makes a machine that is out of the edge's sight until it is healthy, unless it may be seen from the start. */
  make(
    region: string,
    change: Change,
    options: { readonly hidden: boolean; readonly label?: string },
  ): Promise<Machine>;
  /** @param machine its version, where it is known and must still be that one */
  change(machine: Changed, change: Change): Promise<Machine>;
  destroy(ids: readonly string[]): Promise<void>;
}

export function isService(config: MachineConfig): boolean {
  return (config.services ?? []).length > 0;
}

export function createMachineWork(options: WorkOptions, deps: WorkDeps, signal: AbortSignal): MachineWork {
  const { fleet, progress, clock, nonceOf } = deps;
  const stamped = (config: MachineConfig): MachineConfig => ({
    ...config,
    metadata: { ...config.metadata, ...options.stamp },
  });

  const tryOut = async (machine: Machine, tests: readonly MachineConfig[]): Promise<void> => {
    for (const [index, test] of tests.entries())
      await runTask(testTask(test, machine, index + 1, options.waitTimeoutMs), options.stamp, deps, signal);
  };

  const healthy = async (machine: Machine, label: string, tests: readonly MachineConfig[] = []): Promise<Machine> => {
    progress.start(machine.id, `${machine.id} [${label}] in ${machine.region}`);
    try {
      const result = await waitUntilHealthy(
        {
          machine: machine.id,
          instanceId: machine.instance_id,
          image: machine.config.image,
          waitTimeoutMs: options.waitTimeoutMs,
          smokeChecks: options.smokeChecks,
          onState: (text) => progress.update(machine.id, text),
          onStarted: (started) => tryOut(started, tests),
        },
        { fleet, clock, signal },
      );
      progress.done(machine.id, "healthy");
      return result;
    } catch (error) {
      progress.fail(machine.id, error instanceof AppError ? error.code : "stopped");
      throw error;
    }
  };

  return {
    make: async (region, { config, skipLaunch, cordoned, watch, tests }, { hidden, label }) => {
      const unseen = cordoned || (hidden && watch && !skipLaunch && isService(config));
      const machine = await fleet.create({
        region,
        config: stamped(config),
        ...(skipLaunch ? { skip_launch: true } : {}),
        ...(unseen ? { skip_service_registration: true } : {}),
      });
      if (!watch || skipLaunch) return machine;
      const result = await healthy(machine, label ?? groupOf(machine), tests);
      if (unseen && !cordoned) await fleet.cordon(machine.id, false);
      return { ...result, cordoned };
    },
    change: async ({ id, cordoned: before, instance_id: version }, { config, skipLaunch, cordoned, watch, tests }) => {
      const nonce = nonceOf(id);
      const hides = watch && !skipLaunch && isService(config);
      const hidesNow = hides && before !== true;
      if (hidesNow && !fleet.hidesByUpdate) await fleet.cordon(id, true, nonce);
      const updated = await fleet.update(
        id,
        {
          config: stamped(config),
          ...(version === undefined ? {} : { current_version: version }),
          ...(skipLaunch ? { skip_launch: true } : {}),
          ...(hidesNow && fleet.hidesByUpdate ? { skip_service_registration: true } : {}),
        },
        nonce,
      );
      const result = watch && !skipLaunch ? await healthy(updated, groupOf(updated), tests) : updated;
      if ((hides || before === true) !== cordoned) await fleet.cordon(id, cordoned, nonce);
      return { ...result, cordoned };
    },
    destroy: async (ids) => {
      await Promise.all(ids.map((id) => fleet.destroy(id, nonceOf(id))));
      await Promise.all(ids.map((id) => fleet.gone(id)));
    },
  };
}
