// Pure: how machines of a dev run differ from those of a deploy.
import type { MachineConfig } from "../../contract/machine.ts";

/** Set on the machines of a dev run, with a value of its own: so that each differs from what was there before. */
export const DEV_KEY = "hangar_dev";

/** Set in the programs of a dev run, which may leave out what only matters to users, such as warming up. */
export const DEV_VARIABLE = "HANGAR_DEV";

/** Keeps what is put into a machine over restarts, and does not stop a machine because nobody asks it anything. */
export function devConfig(config: MachineConfig, run: string): MachineConfig {
  return {
    ...config,
    env: { [DEV_VARIABLE]: "1", ...config.env },
    rootfs: { ...config.rootfs, persist: "always" },
    metadata: { ...config.metadata, [DEV_KEY]: run },
    services: (config.services ?? []).map((service) => ({ ...service, autostop: "off" as const })),
  };
}
