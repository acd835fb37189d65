// Pure: what a configuration wants of each process group, in the planner's words.
import type { Machine, MachineConfig } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import { guestFor } from "../../project/guest.ts";
import { type MachineInputs, mountOf, stopConfigOf, toMachineConfig } from "../../project/machine-config.ts";
import { declaredCounts } from "../../project/region-counts.ts";
import { belongsTo, defaultGroup, processGroups } from "../../project/process-groups.ts";
import { splitShellWords } from "../../project/shell-words.ts";
import { groupOf, isManaged } from "./plan/managed.ts";
import type { GroupWish, MountWish, ReleaseCommand } from "./plan/plan-types.ts";
import { releaseMachineConfig, testMachineConfig } from "./plan/task-machine.ts";

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
    const tests = testsOf(config, name, machine);
    return {
      name,
      ...(counts === undefined ? {} : { counts: Object.fromEntries(counts) }),
      config: machine,
      sizeGiven: guestFor(config, name) !== undefined,
      mounts: hasVolumes ? mountsOf(config, name) : [],
      ...(tests.length === 0 ? {} : { tests }),
    };
  });
}

/** Programs that try a changed machine of the group out: those of its services, then those of the whole file. */
function testsOf(config: AppConfig, group: string, machine: MachineConfig): MachineConfig[] {
  const own = config.services.filter((service) => belongsTo(service, group, config));
  return [...own.flatMap(({ machineChecks }) => machineChecks), ...config.machineChecks].map((check) =>
    testMachineConfig(machine, {
      ...check,
      ...(check.killSignal === undefined && check.killTimeoutMs === undefined ? {} : { stop: stopConfigOf(check) }),
    }),
  );
}

/** What is run once before the machines of a deploy change. */
export interface Commands {
  readonly release?: ReleaseCommand;
  /** Only where the deploy is the first. */
  readonly seed?: ReleaseCommand;
}

/** The commands of a configuration. @throws CONFIG_INVALID */
export function commandsOf(
  config: AppConfig,
  wishes: readonly GroupWish[],
  machines: readonly Machine[],
  region: string,
): Commands {
  const {
    releaseCommand,
    seedCommand,
    releaseCommandTimeoutMs: timeoutMs = RELEASE_COMMAND_TIMEOUT_MS,
  } = config.deploy;
  const group = defaultGroup(config);
  const wish = wishes.find(({ name }) => name === group);
  const sizes = machines
    .filter((machine) => isManaged(machine) && groupOf(machine) === group)
    .map((one) => one.config.guest);
  const commandOf = (command: string | undefined, key: string): ReleaseCommand | undefined => {
    if (command === undefined || command.trim() === "" || wish === undefined) return undefined;
    const size = wish.sizeGiven ? { guest: wish.config.guest } : {};
    const machine = { config: wish.config, command: wordsOf(command, key), sizes, ...size };
    return { command, region, timeoutMs, config: releaseMachineConfig(machine) };
  };
  const [release, seed] = [commandOf(releaseCommand, "release_command"), commandOf(seedCommand, "seed_command")];
  return { ...(release === undefined ? {} : { release }), ...(seed === undefined ? {} : { seed }) };
}

function wordsOf(command: string, key: string): string[] {
  const words = splitShellWords(command);
  if (words !== undefined && words.length > 0) return words;
  throw new AppError("CONFIG_INVALID", `[deploy] ${key} is no command line: ${command}`, {
    suggestions: ["close the quotes of the command"],
  });
}
