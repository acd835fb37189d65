import path from "node:path";
import type { MachineConfig } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import { leavesOf } from "../../project/leaves.ts";
import { toMachineConfig } from "../../project/machine-config.ts";
import { renderKeyPath } from "../../project/problem.ts";
import { processGroups } from "../../project/process-groups.ts";
import type { LoadAppConfigDeps, LoadAppConfigInput } from "./load-app-config.ts";
import { loadMachineInputs, type LoadMachineInputsDeps } from "./load-machine-inputs.ts";
import { requireConfig } from "./read-config.ts";

export interface ShownValue {
  readonly key: string;
  readonly value: unknown;
  /** Where it is written. */
  readonly file: string;
  readonly line: number;
}

/** Every value of a configuration with its place. @throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_INVALID */
export async function showConfig(input: LoadAppConfigInput, deps: LoadAppConfigDeps): Promise<ShownValue[]> {
  const { config, originOf } = await requireConfig(input, deps);
  return leavesOf(config.raw).map((leaf) => {
    const { file, line } = originOf(leaf.path);
    return { key: renderKeyPath(leaf.path), value: leaf.value, file, line };
  });
}

/**
 * The configuration of the machines of each process group, or of the one that is named.
 * @throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_INVALID, CONFIG_GROUP_UNKNOWN
 */
export async function showMachines(
  input: LoadAppConfigInput & { readonly group?: string | undefined },
  deps: LoadAppConfigDeps & LoadMachineInputsDeps,
): Promise<Record<string, MachineConfig>> {
  const { config, file } = await requireConfig(input, deps);
  const groups = chooseGroups(config, input.group);
  const inputs = await loadMachineInputs(config, path.dirname(file), deps);
  const image = config.build.image ?? `hangar.local/${config.app ?? "app"}:latest`;
  return Object.fromEntries(groups.map((group) => [group, toMachineConfig(config, group, image, inputs)]));
}

/** All process groups, or the one that is named. @throws CONFIG_GROUP_UNKNOWN */
export function chooseGroups(config: AppConfig, group: string | undefined): readonly string[] {
  const groups = processGroups(config);
  if (group === undefined) return groups;
  if (groups.includes(group)) return [group];
  throw new AppError("CONFIG_GROUP_UNKNOWN", `There is no process group "${group}"`, {
    suggestions: groups.map((known) => `--group ${known}`),
  });
}
