// What a planet does by itself with machines and volumes that are there: checks by command, CPU balances, a full disk, times
// of schedules, networks for replacements, and daily snapshots.
import { createCommandChecks, type CommandChecksDeps } from "../machines/command-checks.ts";
import { createCpuBalances, type CpuBalancesDeps } from "../machines/cpu-balance.ts";
import { createDiskGuard, type DiskGuardDeps } from "../machines/disk-guard.ts";
import { createReadyAnchors, type ReadyAnchorsDeps } from "../machines/ready-anchors.ts";
import { createSchedule, type ScheduleDeps } from "../machines/schedule.ts";
import { createSnapshotSchedule, type SnapshotScheduleDeps } from "./snapshot-schedule.ts";

export interface Upkeep {
  /** To be called after each change of a machine. */
  follow(id: string): void;
  /** Begins with all that is there. */
  start(): void;
  /** The planet's behaviour has changed. */
  refresh(): void;
  stop(): void;
}

export type UpkeepDeps = Omit<CommandChecksDeps & CpuBalancesDeps, "machine"> &
  DiskGuardDeps &
  ScheduleDeps &
  ReadyAnchorsDeps &
  SnapshotScheduleDeps & {
    /** Whether networks of machines are made ready for replacements. */
    readonly readiesAnchors: boolean;
  };

export function createUpkeep(deps: UpkeepDeps): Upkeep {
  const { store } = deps;
  const commands = createCommandChecks({ ...deps, machine: store.machine });
  const cpu = createCpuBalances({ ...deps, machine: store.machine });
  const anchors = createReadyAnchors(deps);
  const running = [createDiskGuard(deps), createSchedule(deps), createSnapshotSchedule(deps)];
  if (deps.readiesAnchors) running.push(anchors);
  return {
    follow: (id) => {
      commands.follow(id);
      cpu.follow(id);
      anchors.follow();
    },
    start: () => {
      for (const { id } of store.machines()) {
        commands.follow(id);
        cpu.follow(id, true);
      }
      for (const each of running) each.start();
    },
    refresh: () => cpu.refresh(),
    stop: () => {
      for (const each of running) each.stop();
      commands.close();
      cpu.close();
    },
  };
}
