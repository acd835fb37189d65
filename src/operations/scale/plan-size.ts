// Pure: another size of machine for groups.
import type { Machine, MachineConfig } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import { guestOf, isPreset, presetNames } from "../../project/guest.ts";
import type { Seen } from "../deploy/change-app.ts";
import { groupOf } from "../deploy/plan/managed.ts";
import type { DeployPlan, UpdateStep } from "../deploy/plan/plan-types.ts";
import { skipLaunch } from "../deploy/plan/skip-launch.ts";
import { byGroup, machinePlan } from "./machine-plan.ts";

export interface SizeInput {
  /** Name of a size, such as shared-cpu-2x; undefined: as it is. */
  readonly size?: string | undefined;
  readonly memoryMb?: number | undefined;
  readonly cpus?: number | undefined;
  /** Groups; empty: all. */
  readonly groups: readonly string[];
}

function newGuest(machine: Machine, { size, memoryMb, cpus }: SizeInput): MachineConfig["guest"] {
  const before = machine.config.guest;
  return {
    ...(size === undefined ? before : { ...before, ...guestOf({ size, processes: [] }) }),
    ...(memoryMb === undefined ? {} : { memory_mb: memoryMb }),
    ...(cpus === undefined ? {} : { cpus }),
  };
}

const sameSize = (a: MachineConfig["guest"], b: MachineConfig["guest"]): boolean =>
  a?.cpu_kind === b?.cpu_kind && a?.cpus === b?.cpus && a?.memory_mb === b?.memory_mb;

/** The plan of `scale vm` and `scale memory`. @throws USAGE, MACHINE_NOT_FOUND */
export function planSize(app: string, seen: Seen, input: SizeInput): DeployPlan {
  const { size } = input;
  if (size !== undefined && !isPreset(size))
    throw new AppError("USAGE", `There is no machine size "${size}"; sizes are ${presetNames().join(", ")}`);
  const groups = byGroup(seen.machines);
  if (groups.size === 0)
    throw new AppError("MACHINE_NOT_FOUND", `${app} has no machines`, { suggestions: ["hangar deploy"] });
  const unknown = input.groups.filter((name) => !groups.has(name));
  if (unknown.length > 0)
    throw new AppError(
      "USAGE",
      `Attempting to scale unknown process groups [${unknown.join(" ")}] but valid names are [${[...groups.keys()].join(" ")}]`,
    );
  const machines = [...groups].flatMap(([name, own]) =>
    input.groups.length === 0 || input.groups.includes(name) ? own : [],
  );
  const steps = machines.flatMap((machine): UpdateStep[] => {
    const guest = newGuest(machine, input);
    if (sameSize(guest, machine.config.guest)) return [];
    const config = { ...machine.config, guest };
    return [
      {
        op: "update",
        machine: machine.id,
        group: groupOf(machine),
        region: machine.region,
        config,
        skipLaunch: skipLaunch(machine, config),
        reason: `its size becomes ${guest?.cpus} ${guest?.cpu_kind} CPU and ${guest?.memory_mb} MB`,
      },
    ];
  });
  return machinePlan(app, seen, steps, []);
}
