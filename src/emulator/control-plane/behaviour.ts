// How a planet behaves where the platform's way would be in a developer's way; kept in the store.
import type { PlanetBehaviour } from "../../contract/planet.ts";
import type { Store } from "./store/store.ts";

export interface BehaviourSettings {
  read(): PlanetBehaviour;
  /** Changes what is given and leaves the rest. */
  change(behaviour: PlanetBehaviour): void;
}

/** Names in the store. */
const AUTOSTOP_PERIOD = "autostop_period_ms";
const CPU_THROTTLING = "cpu_throttling";

export function createBehaviourSettings(store: Pick<Store, "getValue" | "setValue">): BehaviourSettings {
  return {
    read: () => {
      const periodMs = store.getValue(AUTOSTOP_PERIOD);
      const throttling = store.getValue(CPU_THROTTLING);
      return {
        ...(periodMs === undefined ? {} : { autostopPeriodMs: Number(periodMs) }),
        cpuThrottling: throttling !== "false",
      };
    },
    change: ({ autostopPeriodMs, cpuThrottling }) => {
      if (autostopPeriodMs !== undefined) store.setValue(AUTOSTOP_PERIOD, String(autostopPeriodMs));
      if (cpuThrottling !== undefined) store.setValue(CPU_THROTTLING, String(cpuThrottling));
    },
  };
}
