// Pure: machines that live for one task of a deploy: its release command, its seed command, and trying a machine out. They have
// what the app's own machines have, except that they serve nothing and keep nothing.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import { RELEASE_COMMAND_GROUP, TEST_GROUP } from "./managed.ts";

export interface ReleaseMachineInput {
  /** The configuration of the default group. */
  readonly config: MachineConfig;
  /** The command as words. */
  readonly command: readonly string[];
  /** What the file says of its size; undefined: as large as the app's largest machine, else two shared CPUs. */
  readonly guest?: MachineConfig["guest"];
  /** Sizes of the machines of the default group. */
  readonly sizes: readonly MachineConfig["guest"][];
}

const DEFAULT_GUEST = { cpu_kind: "shared", cpus: 2, memory_mb: 512 };
const NOT_FOR_TASKS = new Set(["services", "checks", "mounts", "standbys", "metrics", "statics", "schedule"]);

/** @param group what the machine says it is */
function taskConfig(config: MachineConfig, command: readonly string[], group: string): MachineConfig {
  const { cmd: _cmd, exec: _exec, ...init } = config.init ?? {};
  return {
    ...Object.fromEntries(Object.entries(config).filter(([key]) => !NOT_FOR_TASKS.has(key))),
    image: config.image,
    init: { ...init, cmd: [...command] },
    restart: { policy: "no" },
    dns: { skip_registration: true },
    env: { ...config.env, FLY_PROCESS_GROUP: group },
    metadata: { ...config.metadata, fly_process_group: group },
  };
}

export function releaseMachineConfig({ config, command, guest, sizes }: ReleaseMachineInput): MachineConfig {
  const largest = sizes.toSorted((a, b) => (b?.memory_mb ?? 0) - (a?.memory_mb ?? 0))[0];
  const task = taskConfig(config, command, RELEASE_COMMAND_GROUP);
  return { ...task, guest: guest ?? largest ?? DEFAULT_GUEST, env: { ...task.env, RELEASE_COMMAND: "1" } };
}

/** What the file says of a program that tries machines out. */
export interface TestWish {
  readonly command: readonly string[];
  readonly image?: string | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly stop?: MachineConfig["stop_config"];
}

/** @param config of the group that is tried out */
export function testMachineConfig(
  config: MachineConfig,
  { command, image, entrypoint, stop }: TestWish,
): MachineConfig {
  const { guest: _guest, ...task } = taskConfig(config, command, TEST_GROUP);
  return {
    ...task,
    image: image ?? config.image,
    init: { ...task.init, ...(entrypoint === undefined ? {} : { entrypoint: [...entrypoint] }) },
    env: { ...task.env, FLY_TEST_COMMAND: "1" },
    ...(stop === undefined ? {} : { stop_config: { ...config.stop_config, ...stop } }),
  };
}

/** The machine that tries this one out: as large, and knowing its address. */
export function testOf(test: MachineConfig, { config, private_ip: address }: Machine): MachineConfig {
  return {
    ...test,
    ...(config.guest === undefined ? {} : { guest: config.guest }),
    env: { ...test.env, FLY_TEST_MACHINE_IP: address },
  };
}
