import { expect, test } from "vitest";
import { stopSignal } from "../../../../src/emulator/machines/container-spec.ts";
import type { MachineRecord } from "../../../../src/emulator/model/records.ts";

const machine = (config: Partial<MachineRecord["config"]>): MachineRecord => ({
  ...{ id: "m", app: "a", name: "n", region: "ams", number: 1, state: "started", desired: "started", instanceId: "i" },
  ...{ cordoned: false, restarts: 0, restartWindowStartMs: 0, createdAt: "", updatedAt: "" },
  config: { image: "i", ...config },
});

test("AS-08: a stop, by whoever ordered it, sends the app's own signal, else SIGINT", () => {
  expect(stopSignal(machine({ stop_config: { signal: "SIGTERM" } }))).toBe("SIGTERM");
  expect(stopSignal(machine({}))).toBe("SIGINT");
});
