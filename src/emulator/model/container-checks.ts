// Pure: health checks that a machine's containers have, and those that are commands. Edge looks at ports from the machine's
// region; commands run inside, so control runs them.
import type { ContainerConfig, MachineConfig } from "../../contract/machine-config.ts";
import { durationMs } from "./duration.ts";

const SECOND_MS = 1_000;
const LONGEST_MS = 60 * SECOND_MS;
const DEFAULT_INTERVAL_MS = 15 * SECOND_MS;
const DEFAULT_TIMEOUT_MS = 2 * SECOND_MS;

type ContainerCheckConfig = NonNullable<ContainerConfig["healthchecks"]>[number];

/** When a check runs, and how many results in a row make its status. */
export interface CheckPace {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failures before this time after the start say nothing. */
  readonly gracePeriodMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export interface ContainerCheck extends CheckPace {
  readonly name: string;
  readonly container: string;
  readonly config: ContainerCheckConfig;
}

export interface CommandCheck extends CheckPace {
  readonly name: string;
  /** Undefined: the machine's main program. */
  readonly container: string | undefined;
  readonly command: readonly string[];
}

const between = (value: number): number => Math.min(LONGEST_MS, Math.max(SECOND_MS, value));

/** The name of a container of a machine. */
export function containerName({ name }: Pick<ContainerConfig, "name">, index: number): string {
  return name ?? `container-${index}`;
}

/** All checks of the containers of a machine, under the name of their container and their own. */
export function containerChecks({ containers = [] }: Pick<MachineConfig, "containers">): ContainerCheck[] {
  return containers.flatMap((container, place) => {
    const owner = containerName(container, place);
    return (container.healthchecks ?? []).map((config, index): ContainerCheck => ({
      name: `${owner}-${config.name ?? index}`,
      container: owner,
      config,
      intervalMs: between((config.interval ?? 0) * SECOND_MS || DEFAULT_INTERVAL_MS),
      timeoutMs: between((config.timeout ?? 0) * SECOND_MS || DEFAULT_TIMEOUT_MS),
      gracePeriodMs: (config.grace_period ?? 0) * SECOND_MS,
      successThreshold: Math.max(1, config.success_threshold ?? 1),
      failureThreshold: Math.max(1, config.failure_threshold ?? 1),
    }));
  });
}

/** The checks of a machine that are commands: of its containers, and of its top level. */
export function commandChecks(machine: Pick<MachineConfig, "containers" | "checks">): CommandCheck[] {
  const ofContainers = containerChecks(machine).flatMap(({ config, ...check }): CommandCheck[] =>
    config.exec === undefined ? [] : [{ ...check, command: config.exec.command ?? [] }],
  );
  const ofMachine = Object.entries(machine.checks ?? {}).flatMap(([name, check]): CommandCheck[] =>
    check.type !== "exec"
      ? []
      : [
          {
            name,
            container: undefined,
            command: check.command ?? [],
            intervalMs: between(durationMs(check.interval) ?? DEFAULT_INTERVAL_MS),
            timeoutMs: between(durationMs(check.timeout) ?? DEFAULT_TIMEOUT_MS),
            gracePeriodMs: durationMs(check.grace_period) ?? SECOND_MS,
            successThreshold: 1,
            failureThreshold: 1,
          },
        ],
  );
  return [...ofMachine, ...ofContainers];
}
