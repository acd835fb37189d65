// Reads what a configuration refers to: files for machines, the base of their configuration, a Compose file.
import path from "node:path";
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import type { MachineInputs } from "../../project/machine-config.ts";
import { isMachineConfigText, parseMachineConfig } from "../../project/machine-source.ts";
import type { Table } from "../../project/values.ts";

export interface LoadMachineInputsDeps {
  readonly files: {
    readTextIfExists(file: string): Promise<string | undefined>;
    readBase64IfExists(file: string): Promise<string | undefined>;
  };
}

const COMPOSE_NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/**
 * Reads them from the folder of the configuration file.
 * @throws CONFIG_INVALID where one is missing or cannot be read
 */
export async function loadMachineInputs(
  config: AppConfig,
  configDir: string,
  deps: LoadMachineInputsDeps,
): Promise<MachineInputs> {
  const files = new Map<string, string>();
  for (const { localPath } of config.files) {
    if (localPath === undefined || files.has(localPath)) continue;
    const content = await deps.files.readBase64IfExists(path.resolve(configDir, localPath));
    if (content === undefined) throw missing(localPath, "[[files]] local_path", configDir);
    files.set(localPath, content);
  }
  return {
    files,
    base: await baseOf(config, configDir, deps),
    containers: await containersOf(config, configDir, deps),
  };
}

async function baseOf(
  config: AppConfig,
  configDir: string,
  { files }: LoadMachineInputsDeps,
): Promise<Table | undefined> {
  const source = config.machineConfig;
  if (source === undefined || source === "") return undefined;
  const text = isMachineConfigText(source) ? source : await files.readTextIfExists(path.resolve(configDir, source));
  if (text === undefined) throw missing(source, "machine_config", configDir);
  const table = parseMachineConfig(text);
  if (table !== undefined) return table;
  throw new AppError("CONFIG_INVALID", `${source.slice(0, 80)}, which machine_config names, is no table in JSON`, {
    suggestions: ["put a configuration of the Machines API into it"],
  });
}

async function containersOf(
  { build: { compose } }: AppConfig,
  configDir: string,
  { files }: LoadMachineInputsDeps,
): Promise<readonly Table[] | undefined> {
  if (compose === undefined) return undefined;
  for (const name of compose.file === undefined ? COMPOSE_NAMES : [compose.file]) {
    const text = await files.readTextIfExists(path.resolve(configDir, name));
    if (text === undefined) continue;
    const { parseCompose } = await import("../../project/compose.ts");
    return parseCompose(text, name);
  }
  throw missing(compose.file ?? COMPOSE_NAMES[0] ?? "", "[build.compose]", configDir);
}

function missing(file: string, key: string, folder: string): AppError {
  return new AppError("CONFIG_INVALID", `There is no ${file} in ${folder}, which ${key} names`, {
    suggestions: [`write ${file}`, `remove ${key}`],
  });
}
