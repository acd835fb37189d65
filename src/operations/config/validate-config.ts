import type { Problem } from "../../project/problem.ts";
import type { LoadAppConfigDeps, LoadAppConfigInput } from "./load-app-config.ts";
import { readConfig } from "./read-config.ts";

export interface ConfigValidation {
  readonly valid: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Finds everything that is wrong with a configuration.
 * @throws CONFIG_NOT_FOUND
 */
export async function validateConfig(input: LoadAppConfigInput, deps: LoadAppConfigDeps): Promise<ConfigValidation> {
  const { config, problems } = await readConfig(input, deps);
  return { valid: config !== undefined, problems };
}
