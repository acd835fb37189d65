// Pure: the programs of a machine. One, unless its configuration has `processes` (several commands of one image) or
// `containers` (several images); those share the machine's network and start in the order of their dependencies.
import type { FileConfig, MachineConfig } from "../../contract/machine-config.ts";
import { containerName } from "../model/container-checks.ts";
import type { MachineRecord } from "../model/records.ts";

export type DependencyCondition = "started" | "healthy" | "exited_successfully";

export interface MachineProgram {
  /** Undefined for the only program of a machine. */
  readonly name: string | undefined;
  readonly image: string;
  readonly entrypoint: readonly string[] | undefined;
  readonly command: readonly string[] | undefined;
  readonly user: string | undefined;
  readonly env: Readonly<Record<string, string>>;
  readonly envFrom: readonly { readonly env_var: string; readonly field_ref: string }[];
  /** Undefined: all of the app's. */
  readonly secrets: readonly { readonly env_var: string; readonly name?: string | undefined }[] | undefined;
  readonly ignoreAppSecrets: boolean;
  readonly files: readonly FileConfig[];
  readonly dependsOn: readonly { readonly name: string; readonly condition: DependencyCondition }[];
  readonly restart: MachineConfig["restart"];
  readonly stop: MachineConfig["stop_config"];
  readonly tty: boolean;
}

interface Overrides {
  readonly exec?: readonly string[] | undefined;
  readonly entrypoint?: readonly string[] | undefined;
  readonly cmd?: readonly string[] | undefined;
}

/** `exec` takes the place of everything the image would run. */
function commandOf({ exec, entrypoint, cmd }: Overrides): Pick<MachineProgram, "entrypoint" | "command"> {
  return exec === undefined ? { entrypoint, command: cmd } : { entrypoint: exec, command: [] };
}

function only(config: MachineConfig): MachineProgram {
  return {
    name: undefined,
    image: config.image,
    ...commandOf(config.init ?? {}),
    user: undefined,
    env: {},
    envFrom: [],
    secrets: undefined,
    ignoreAppSecrets: false,
    files: config.files ?? [],
    dependsOn: [],
    restart: config.restart,
    stop: config.stop_config,
    tty: config.init?.tty === true,
  };
}

/** Programs whose dependencies come before them; those in a circle keep their places, and never start. */
function inOrder(programs: readonly MachineProgram[]): MachineProgram[] {
  const ordered: MachineProgram[] = [];
  const placed = new Set<string>();
  let rest = [...programs];
  while (rest.length > 0) {
    const ready = rest.filter(({ dependsOn }) => dependsOn.every(({ name }) => placed.has(name)));
    if (ready.length === 0) return [...ordered, ...rest];
    ordered.push(...ready);
    for (const { name } of ready) if (name !== undefined) placed.add(name);
    rest = rest.filter((program) => !ready.includes(program));
  }
  return ordered;
}

/** The programs of a machine, each after those that it depends on. */
export function machinePrograms({ config }: Pick<MachineRecord, "config">): MachineProgram[] {
  const base = only(config);
  const { containers = [], processes = [] } = config;
  if (containers.length > 0) {
    return inOrder(
      containers.map((container, index) => ({
        ...base,
        name: containerName(container, index),
        image: container.image ?? config.image,
        ...commandOf(container),
        user: container.user,
        env: container.env ?? {},
        envFrom: container.env_from ?? [],
        secrets: container.secrets,
        files: [...base.files, ...(container.files ?? [])],
        dependsOn: (container.depends_on ?? []).map(({ name, condition }) => ({
          name,
          condition: condition ?? "started",
        })),
        restart: container.restart ?? config.restart,
        stop: container.stop ?? config.stop_config,
      })),
    );
  }
  const [first, ...others] = processes.map((each, index): MachineProgram => {
    const own = commandOf(each);
    return {
      ...base,
      name: processes.length === 1 ? undefined : `process-${index}`,
      entrypoint: own.entrypoint ?? base.entrypoint,
      command: own.entrypoint === undefined && own.command === undefined ? base.command : own.command,
      user: each.user,
      env: each.env ?? {},
      envFrom: each.env_from ?? [],
      secrets: each.secrets,
      ignoreAppSecrets: each.ignore_app_secrets === true,
    };
  });
  return first === undefined ? [base] : [first, ...others];
}

/** What is known of a program's container. */
export interface ProgramFacts {
  readonly started: boolean;
  readonly healthy: boolean;
  /** Undefined while it runs or before it did. */
  readonly exitCode: number | undefined;
}

/** Whether a program may start now. */
export function mayStart({ dependsOn }: MachineProgram, facts: (name: string) => ProgramFacts | undefined): boolean {
  return dependsOn.every(({ name, condition }) => {
    const other = facts(name);
    if (other === undefined) return false;
    if (condition === "exited_successfully") return other.exitCode === 0;
    return condition === "healthy" ? other.started && other.healthy : other.started;
  });
}
