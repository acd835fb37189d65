import { expect, test } from "vitest";
import { programContainerSpec } from "../../../../src/emulator/machines/container-spec.ts";
import { machinePrograms } from "../../../../src/emulator/machines/programs.ts";
import type { MachineRecord } from "../../../../src/emulator/model/records.ts";
import { machineAddresses } from "../../../../src/emulator/topology/address-plan.ts";

test("PH-11: a program finds the addresses that it listens on by the platform's names", () => {
  const machine = {
    ...{ id: "148ed599c14189", app: "shop", name: "m", region: "iad", number: 7, instanceId: "01J" },
    config: { image: "web" },
  } as MachineRecord;
  const planet = { name: "p", block: 0, home: "iad" };
  const { address4, address6 } = machineAddresses(planet.block, 1, machine.number);
  const [program] = machinePrograms(machine);
  expect(programContainerSpec({ planet, slot: 1, machine }, program!).extraHosts).toEqual([
    `fly-local-6pn:${address6}`,
    `fly-global-services:${address4}`,
  ]);
});
