// Why a machine does not answer: its exit, its last words and what it listens on. Best effort: an image without `cat`
// cannot tell its sockets.
import type { Diagnosis } from "../../contract/planet.ts";
import { AppError } from "../../errors/app-error.ts";
import type { PlanetRecord } from "../model/records.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";
import { LABEL, planetLabels } from "../runtime/labels.ts";
import { listeningSockets } from "../machines/listening-sockets.ts";
import type { Store } from "./store/store.ts";

export interface Diagnoses {
  of(machineId: string): Promise<Diagnosis>;
}

const TAIL_LINES = 20;
export function createDiagnoses(planet: PlanetRecord, store: Store, runtime: ContainerRuntime): Diagnoses {
  return {
    of: async (machineId) => {
      const machine = store.machine(machineId);
      if (machine === undefined) throw new AppError("MACHINE_NOT_FOUND", `machine not found: "${machineId}"`);
      const failure = store.events(machineId).find(({ type, status }) => type === "start" && status === "failed");
      const engineError = typeof failure?.request?.error === "string" ? { engineError: failure.request.error } : {};
      const [container] = await runtime.listContainers({
        ...planetLabels(planet.name, "machine"),
        [LABEL.machine]: machineId,
        [LABEL.instance]: machine.instanceId,
      });
      if (container === undefined) return { state: machine.state, logTail: [], ...engineError };
      const detail = await runtime.inspectContainer(container.id);
      const logTail: string[] = [];
      for await (const line of runtime.logs(container.id, { follow: false, tail: TAIL_LINES })) logTail.push(line.text);
      const running = detail?.state === "running";
      const listening = running ? await listeningSockets(runtime, container.id) : undefined;
      return {
        state: machine.state,
        logTail,
        ...(detail === undefined || running ? {} : { exitCode: detail.exitCode, oomKilled: detail.oomKilled }),
        ...engineError,
        ...(listening === undefined ? {} : { listening }),
      };
    },
  };
}
