// Pure: what a configuration wants of each process group, in the planner's words.
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import { guestFor } from "../../project/guest.ts";
import { type MachineInputs, mountOf, toMachineConfig } from "../../project/machine-config.ts";
import { declaredCounts } from "../../project/region-counts.ts";
import { belongsTo, defaultGroup, processGroups } from "../../project/process-groups.ts";
import { splitShellWords } from "../../project/shell-words.ts";
import { groupOf, isManaged } from "./plan/managed.ts";
import type { GroupWish, MountWish, ReleaseCommand } from "./plan/plan-types.ts";
import { releaseMachineConfig } from "./plan/release-command.ts";

const RELEASE_COMMAND_TIMEOUT_MS = 300_000;

function mountsOf(config: AppConfig, group: string): MountWish[] {
  return config.mounts
    .filter((mount) => belongsTo(mount, group, config))
    .map((mount) => {
      const { name: _name, path: _path, ...options } = mountOf(mount);
      return {
        name: mount.source,
        path: mount.destination,
        initialSizeGb: mount.initialSizeGb,
        snapshotRetentionDays: mount.snapshotRetentionDays,
        scheduledSnapshots: mount.scheduledSnapshots,
        options,
      };
    });
}

/** One wish for each process group. @param hasVolumes whether the target has any: mounts are left out where it has none */
export function groupWishes(
  config: AppConfig,
  image: string,
  hasVolumes: boolean,
  inputs?: MachineInputs,
): GroupWish[] {
  return processGroups(config).map((name) => {
    const { mounts: _mounts, ...machine } = toMachineConfig(config, name, image, inputs) as ReturnType<
      typeof toMachineConfig
    > & {
      mounts?: unknown;
    };
    const counts = declaredCounts(config, name);
    return {
      name,
      ...(counts === undefined ? {} : { counts: Object.fromEntries(counts) }),
      config: machine,
      sizeGiven: guestFor(config, name) !== undefined,
      mounts: hasVolumes ? mountsOf(config, name) : [],
    };
  });
}

/** The release command of a configuration; undefined where it has none. @throws CONFIG_INVALID */
export function releaseCommandOf(
  config: AppConfig,
  wishes: readonly GroupWish[],
  machines: readonly Machine[],
  region: string,
): ReleaseCommand | undefined {
  const { releaseCommand: command, releaseCommandTimeoutMs: timeoutMs = RELEASE_COMMAND_TIMEOUT_MS } = config.deploy;
  const group = defaultGroup(config);
  const wish = wishes.find(({ name }) => name === group);
  if (command === undefined || command.trim() === "" || wish === undefined) return undefined;
  const words = splitShellWords(command);
  if (words === undefined || words.length === 0)
    throw new AppError("CONFIG_INVALID", `[deploy] release_command is no command line: ${command}`, {
      suggestions: ["close the quotes of the command"],
    });
  const sizes = machines
    .filter((machine) => isManaged(machine) && groupOf(machine) === group)
    .map((one) => one.config.guest);
  return {
    command,
    region,
    timeoutMs,
    config: releaseMachineConfig({
      config: wish.config,
      command: words,
      sizes,
      ...(wish.sizeGiven ? { guest: wish.config.guest } : {}),
    }),
  };
}
