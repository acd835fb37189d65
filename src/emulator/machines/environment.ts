// Pure: what variables a machine's programs have. Order of precedence: the platform's own, secrets, the configuration.
import type { MachineRecord } from "../model/records.ts";
import type { MachineProgram } from "./programs.ts";

const PLATFORM_PREFIX = "FLY_";

export interface EnvironmentInput {
  readonly machine: MachineRecord;
  readonly program: MachineProgram;
  readonly address6: string;
  readonly memoryMb: number;
}

/** The variables that stand in the container's configuration: all but the secrets. */
export function machineEnvironment({ machine, program, address6, memoryMb }: EnvironmentInput): Record<string, string> {
  const { env = {}, metadata } = machine.config;
  const fields: Readonly<Record<string, string>> = {
    id: machine.id,
    version: machine.instanceId,
    app_name: machine.app,
    private_ip: address6,
    region: machine.region,
    image: program.image,
  };
  const fromFields = Object.fromEntries(
    program.envFrom.flatMap(({ env_var: name, field_ref: field }) => {
      const value = fields[field];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    ...env,
    ...program.env,
    ...fromFields,
    FLY_APP_NAME: machine.app,
    FLY_MACHINE_ID: machine.id,
    FLY_ALLOC_ID: machine.id,
    FLY_REGION: machine.region,
    FLY_PUBLIC_IP: address6,
    FLY_PRIVATE_IP: address6,
    FLY_IMAGE_REF: program.image,
    FLY_MACHINE_VERSION: machine.instanceId,
    FLY_PROCESS_GROUP: env.FLY_PROCESS_GROUP ?? metadata?.fly_process_group ?? "app",
    FLY_VM_MEMORY_MB: String(memoryMb),
  };
}

/**
 * The secrets of a program under the names it gets them: all of the app's, unless it names those it wants.
 * What the platform itself sets cannot be replaced by a secret.
 */
export function programSecrets(
  { secrets: wanted, ignoreAppSecrets }: Pick<MachineProgram, "secrets" | "ignoreAppSecrets">,
  appSecrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const given = (wanted ?? []).flatMap(({ env_var: variable, name }) => {
    const value = appSecrets[name ?? variable];
    return value === undefined ? [] : [[variable, value] as const];
  });
  const all = wanted !== undefined || ignoreAppSecrets ? [] : Object.entries(appSecrets);
  return Object.fromEntries([...all, ...given].filter(([name]) => !name.startsWith(PLATFORM_PREFIX)));
}
