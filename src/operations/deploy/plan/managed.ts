// Pure: which machines of an app a deploy looks after, and to what group they belong.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";

/** Set on the machine that tries a new version out, or stands in for the only one, while the others get it. */
export const CANARY_KEY = "fly_canary";
/** ID of the machine that this one was made to be again, when a rollback could not bring the machine itself back. */
export const STANDS_FOR_KEY = "hangar_stands_for";
export const RELEASE_COMMAND_GROUP = "fly_app_release_command";
/** Group of the machines that try others out. */
export const TEST_GROUP = "fly_app_test_machine_command";
/** Groups of machines that live for one task of a deploy, and of a person. */
const DEPLOY_TASKS: ReadonlySet<string> = new Set([RELEASE_COMMAND_GROUP, TEST_GROUP]);
const TASK_GROUPS: ReadonlySet<string> = new Set([...DEPLOY_TASKS, "fly_app_console"]);

/** The process group that a machine belongs to. */
export function groupOf({ config }: Pick<Machine, "config">): string {
  return config.metadata?.fly_process_group ?? config.metadata?.["process_group"] ?? "app";
}

export function isGone({ state }: Pick<Machine, "state">): boolean {
  return state === "destroyed" || state === "destroying";
}

/** Whether a deploy looks after a machine: those that people made by hand, and machines for one task, it does not. */
export function isManaged(machine: Machine): boolean {
  return (
    !isGone(machine) &&
    machine.config.metadata?.["fly_platform_version"] === "v2" &&
    machine.config.metadata[CANARY_KEY] === undefined &&
    !TASK_GROUPS.has(groupOf(machine))
  );
}

/** A canary or a machine of a task that an interrupted deploy left behind. */
export function isLeftOver(machine: Machine): boolean {
  return (
    !isGone(machine) &&
    machine.config.metadata?.["fly_platform_version"] === "v2" &&
    (machine.config.metadata[CANARY_KEY] !== undefined || DEPLOY_TASKS.has(groupOf(machine)))
  );
}

/** One volume of a machine, as its configuration names it. */
export interface Mount {
  readonly volume: string;
  readonly path: string;
  readonly name?: string;
}

/** The volumes of a configuration. */
export function mountsOf(config: MachineConfig): Mount[] {
  const mounts: unknown = config["mounts"];
  return Array.isArray(mounts) ? (mounts as Mount[]) : [];
}

/** Machines that wait for others to fail. */
export function standbysOf(config: MachineConfig): string[] {
  const standbys: unknown = config["standbys"];
  return Array.isArray(standbys) ? (standbys as string[]) : [];
}

/** Oldest first. Where some have to go, the newest do: what has served longest goes on. */
export function byAge(a: Machine, b: Machine): number {
  if (a.created_at === b.created_at) return a.id < b.id ? -1 : 1;
  return a.created_at < b.created_at ? -1 : 1;
}
