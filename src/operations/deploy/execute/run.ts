// What one execution of a plan knows: what was there, what it has done, and what goes when the new version serves.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import type { Snapshot } from "../../../contract/release.ts";
import { AppError } from "../../../errors/app-error.ts";
import { groupOf, mountsOf, standbysOf } from "../plan/managed.ts";
import type { DeployPlan, Step } from "../plan/plan-types.ts";
import { type MachineWork, type WorkDeps } from "./machine-work.ts";
import type { Shared } from "./pool-run.ts";
import { isUp } from "./restore.ts";

export type Action = "created" | "updated" | "replaced" | "unchanged" | "destroyed";

/** One row of what a deploy did. */
export interface DeployedMachine {
  readonly id: string;
  readonly group: string;
  readonly region: string;
  readonly state: string;
  readonly action: Action;
  readonly version: string;
}

export interface Run {
  readonly plan: DeployPlan;
  readonly release: { readonly id: string; readonly version: number; readonly nonce: string };
  readonly deps: WorkDeps;
  readonly shared: Shared;
  readonly work: MachineWork;
  /** `immediate` and --detach do not look at what they start. */
  readonly watches: boolean;
  before(machine: string): Snapshot;
  /** The version that the machine had when the plan was made. */
  versionOf(machine: string): string | undefined;
  /** Machines that try a changed machine of the group out. */
  testsOf(group: string): readonly MachineConfig[];
  /** Machines of a group that served before the deploy. */
  serving(group: string): number;
  /** The configuration with the IDs of what was made in place of the plan's keys. */
  resolve(config: MachineConfig): MachineConfig;
  /** IDs of volumes that were made, by key. */
  readonly volumes: Map<string, string>;
  done(step: Step, machine: Machine): void;
  /** The machine goes when the new version serves. */
  doom(machine: string): void;
  doomed(): readonly string[];
  results(): ReadonlyMap<Step, Machine>;
}

export interface RunInput {
  readonly plan: DeployPlan;
  readonly release: { readonly id: string; readonly version: number; readonly nonce: string };
  readonly machines: readonly Machine[];
  readonly before: readonly Snapshot[];
  readonly watches: boolean;
}

export function createRun(input: RunInput, deps: WorkDeps, shared: Shared, work: MachineWork): Run {
  const { plan, release, machines, watches } = input;
  const snapshots = new Map(input.before.map((snapshot) => [snapshot.id, snapshot]));
  const results = new Map<Step, Machine>();
  const made = new Map<string, string>();
  const volumes = new Map<string, string>();
  const doomed = new Set(plan.steps.flatMap((step) => (step.op === "destroy" ? [step.machine] : [])));
  return {
    plan,
    release,
    deps,
    shared,
    work,
    watches,
    volumes,
    before: (id) => {
      const snapshot = snapshots.get(id);
      if (snapshot === undefined) throw new AppError("PLAN_STALE", `Machine ${id} of the plan is not there`);
      return snapshot;
    },
    versionOf: (id) => machines.find((machine) => machine.id === id)?.instance_id,
    testsOf: (group) => plan.groups.find(({ name }) => name === group)?.tests ?? [],
    serving: (group) =>
      machines.filter((one) => groupOf(one) === group && isUp(one.state) && one.cordoned !== true).length,
    resolve: (config) => {
      const mounts = mountsOf(config).map((mount) => ({ ...mount, volume: volumes.get(mount.volume) ?? mount.volume }));
      const standbys = standbysOf(config).map((key) => made.get(key) ?? key);
      const standsFor = config.env?.["FLY_STANDBY_FOR"];
      return {
        ...config,
        ...(mounts.length === 0 ? {} : { mounts }),
        ...(standbys.length === 0 ? {} : { standbys }),
        ...(standsFor === undefined
          ? {}
          : { env: { ...config.env, FLY_STANDBY_FOR: made.get(standsFor) ?? standsFor } }),
      };
    },
    done: (step, machine) => {
      results.set(step, machine);
      if (step.op === "create") made.set(step.key, machine.id);
    },
    doom: (id) => void doomed.add(id),
    doomed: () => [...doomed],
    results: () => results,
  };
}
