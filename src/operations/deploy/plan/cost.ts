// Pure: what machines cost on the platform, as an estimate. The prices of regions differ and are not published as a list;
// where one is unknown, the cheapest is taken.
import type { Machine, MachineConfig } from "../../../contract/machine.ts";
import { isManaged } from "./managed.ts";
import type { DeployPlan } from "./plan-types.ts";

/** US dollars for 30 days of running. */
export interface CostEstimate {
  readonly beforeUsd: number;
  readonly afterUsd: number;
}

const SHARED_CPU_USD = 1.944;
const PERFORMANCE_CPU_USD = 31;
const SHARED_MB = 256;
const PERFORMANCE_MB = 2_048;
const EXTRA_GB_USD = 5;
const VOLUME_GB_USD = 0.15;
const MARKUP: Readonly<Record<string, number>> = { sjc: 1.193 };
const DEFAULT_MARKUP = 1.0384;

const cents = (usd: number): number => Math.round(usd * 100) / 100;

/** A machine that runs all month, in US dollars. */
export function machineUsd({ guest = {} }: Pick<MachineConfig, "guest">, region: string): number {
  const cpus = guest.cpus ?? 1;
  const performance = guest.cpu_kind === "performance";
  const includedMb = cpus * (performance ? PERFORMANCE_MB : SHARED_MB);
  const extraGb = Math.max(0, (guest.memory_mb ?? includedMb) - includedMb) / 1_024;
  const base = cpus * (performance ? PERFORMANCE_CPU_USD : SHARED_CPU_USD);
  return cents((MARKUP[region] ?? DEFAULT_MARKUP) * (base + EXTRA_GB_USD * extraGb));
}

/** What the machines of an app cost before a plan and after it, and the volumes that it makes. */
export function estimateCost(plan: DeployPlan, machines: readonly Machine[]): CostEstimate {
  const running = machines.filter((machine) => isManaged(machine) && machine.state === "started");
  const before = running.reduce((sum, { config, region }) => sum + machineUsd(config, region), 0);
  const gone = new Set(plan.steps.flatMap((step) => ("machine" in step && step.op !== "keep" ? [step.machine] : [])));
  const kept = running.filter(({ id }) => !gone.has(id));
  const after =
    kept.reduce((sum, { config, region }) => sum + machineUsd(config, region), 0) +
    plan.steps.reduce((sum, step) => {
      if (step.op === "create-volume") return sum + step.sizeGb * VOLUME_GB_USD;
      return "config" in step && !step.skipLaunch ? sum + machineUsd(step.config, step.region) : sum;
    }, 0);
  return { beforeUsd: cents(before), afterUsd: cents(after) };
}
