import { parseLazily } from "../../project/parse-lazily.ts";
import type { Problem } from "../../project/problem.ts";
import { findAppConfig, type LoadAppConfigDeps, type LoadAppConfigInput } from "./load-app-config.ts";

export interface ConfigValidation {
  readonly valid: boolean;
  readonly problems: readonly Problem[];
}

/**
 * Finds everything that is wrong with a configuration.
 * @throws CONFIG_NOT_FOUND
 */
export async function validateConfig(input: LoadAppConfigInput, deps: LoadAppConfigDeps): Promise<ConfigValidation> {
  const { texts } = await findAppConfig(input, deps);
  const { config, problems } = await parseLazily(texts, { strict: input.strict ?? false });
  return { valid: config !== undefined, problems };
}
