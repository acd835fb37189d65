// A world of three regions to start from.
import type { World } from "../../../../src/contract/world.ts";
import { blockOf, machineAddresses, regionAddresses } from "../../../../src/emulator/topology/address-plan.ts";

const BLOCK = 9;
const REGIONS = ["iad", "ams", "nrt"] as const;

/** iad in slot 0, ams in slot 1, nrt in slot 2 of block 9; app `shop` with a started machine in each, `idle` with a stopped one. */
export function aWorld(changes: Partial<World> = {}): World {
  return {
    version: 1,
    planet: "test",
    home: "iad",
    block: blockOf(BLOCK),
    regions: REGIONS.map((code, slot) => ({ code, slot, ...regionAddresses(BLOCK, slot) })),
    links: [
      { a: "iad", b: "ams", rttMs: 80 },
      { a: "iad", b: "nrt", rttMs: 150 },
      { a: "ams", b: "nrt", rttMs: 235.5 },
    ],
    apps: [{ name: "shop" }, { name: "idle" }],
    machines: [
      aMachine("m1", "iad", 0),
      aMachine("m2", "ams", 1),
      aMachine("m3", "nrt", 2),
      aMachine("m4", "nrt", 2, { app: "idle", started: false }),
    ],
    ...changes,
  };
}

export function aMachine(
  id: string,
  region: string,
  slot: number,
  changes: Partial<World["machines"][number]> = {},
): World["machines"][number] {
  return {
    id,
    app: "shop",
    region,
    instanceId: `${id}-instance`,
    processGroup: "app",
    ...machineAddresses(BLOCK, slot, Number(id.slice(1))),
    started: true,
    cordoned: false,
    services: [],
    checks: [],
    ...changes,
  };
}
