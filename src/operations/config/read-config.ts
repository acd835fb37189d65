// The configuration of a folder with everything that commands about it show: texts, problems, places.
import type { AppConfig } from "../../project/app-config.ts";
import { type ParsedAppConfig, parseAppConfigs } from "../../project/parse-app-config.ts";
import {
  findAppConfig,
  type FoundAppConfig,
  type LoadAppConfigDeps,
  type LoadAppConfigInput,
  loadAppConfig,
} from "./load-app-config.ts";

/** A configuration that was found, read and checked, whatever came out. */
export interface ReadConfig extends FoundAppConfig, ParsedAppConfig {}

/**
 * Finds and reads it.
 * @throws CONFIG_NOT_FOUND
 */
export async function readConfig(input: LoadAppConfigInput, deps: LoadAppConfigDeps): Promise<ReadConfig> {
  const found = await findAppConfig(input, deps);
  return { ...found, ...parseAppConfigs(found.texts, { strict: input.strict ?? false }) };
}

/**
 * As readConfig, for what needs a configuration without errors.
 * @throws CONFIG_NOT_FOUND, CONFIG_SYNTAX, CONFIG_INVALID
 */
export async function requireConfig(
  input: LoadAppConfigInput,
  deps: LoadAppConfigDeps,
): Promise<ReadConfig & { readonly config: AppConfig }> {
  const read = await readConfig(input, deps);
  const config = read.config ?? (await loadAppConfig(input, deps)).config;
  return { ...read, config };
}
