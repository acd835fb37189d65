// Pure: the machine of a release command. It has what the app's own machines have, except that it serves nothing and
// keeps nothing.
import type { MachineConfig } from "../../../contract/machine.ts";
import { RELEASE_COMMAND_GROUP } from "./managed.ts";

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

export function releaseMachineConfig({ config, command, guest, sizes }: ReleaseMachineInput): MachineConfig {
  const largest = sizes.toSorted((a, b) => (b?.memory_mb ?? 0) - (a?.memory_mb ?? 0))[0];
  const { cmd: _cmd, exec: _exec, ...init } = config.init ?? {};
  const { services: _services, checks: _checks, ...rest } = config;
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([key]) => !["mounts", "standbys", "metrics", "statics", "schedule"].includes(key)),
  );
  return {
    ...kept,
    image: config.image,
    init: { ...init, cmd: [...command] },
    restart: { policy: "no" },
    guest: guest ?? largest ?? DEFAULT_GUEST,
    dns: { skip_registration: true },
    env: { ...config.env, RELEASE_COMMAND: "1", FLY_PROCESS_GROUP: RELEASE_COMMAND_GROUP },
    metadata: { ...config.metadata, fly_process_group: RELEASE_COMMAND_GROUP },
  };
}
