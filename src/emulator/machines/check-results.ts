// Keeps what health checks say, whoever ran them, and does what follows from it inside the machine.
import type { CheckStatus } from "../../contract/machine.ts";
import type { Store } from "../control-plane/store/store.ts";
import { containerChecks } from "../model/container-checks.ts";
import type { MachineRecord } from "../model/records.ts";
import type { Supervisor } from "./supervisor.ts";

export interface CheckResult extends Omit<CheckStatus, "updated_at"> {
  readonly machineId: string;
  readonly instanceId: string;
}

export interface CheckResultsDeps {
  readonly store: Store;
  readonly supervisor: Pick<Supervisor, "converge" | "stopProgram">;
  readonly now: () => number;
}

/** What takes results; those about other versions of a machine than the present one are dropped. */
export function createCheckResults(deps: CheckResultsDeps): (results: readonly CheckResult[]) => void {
  const { store, supervisor } = deps;

  const follow = (machine: MachineRecord, results: readonly CheckResult[]): void => {
    const { containers = [] } = machine.config;
    const waits = containers.some(({ depends_on: others }) => others?.some(({ condition }) => condition === "healthy"));
    if (waits && results.some(({ status }) => status === "passing")) void supervisor.converge(machine.id);
    for (const { name, container, config } of containerChecks(machine.config)) {
      const failed = results.some((result) => result.name === name && result.status === "critical");
      if (failed && config.unhealthy === "stop") void supervisor.stopProgram(machine.id, container);
    }
  };

  return (results) => {
    const touched = new Map<string, { readonly machine: MachineRecord; readonly results: CheckResult[] }>();
    store.transaction(() => {
      for (const result of results) {
        const machine = store.machine(result.machineId);
        if (machine === undefined || machine.instanceId !== result.instanceId) continue;
        const { machineId, instanceId, name, status, output } = result;
        store.putCheck({ machineId, instanceId, name, status, output, updated_at: new Date(deps.now()).toISOString() });
        const group = touched.get(machine.id) ?? { machine, results: [] };
        group.results.push(result);
        touched.set(machine.id, group);
      }
    });
    for (const { machine, results: own } of touched.values()) follow(machine, own);
  };
}
