import { expect, test } from "vitest";
import { createPolicyRouting } from "../../../../src/emulator/edge/policy-routing.ts";
import { regionAddresses } from "../../../../src/emulator/topology/address-plan.ts";

const REGIONS = ["iad", "ams"].map((code, slot) => ({ code, slot, ...regionAddresses(0, slot) }));

function aRouting({ failing = "" } = {}) {
  const calls: string[] = [];
  const state = { failing };
  const addresses = (list: readonly string[]) => list.map((address) => ({ address }));
  const listing: Record<string, { address: string }[]> = {
    eth0: addresses(["198.19.63.4"]),
    eth1: addresses([REGIONS[0]?.edge4 ?? "", REGIONS[0]?.edge6 ?? ""]),
    eth2: addresses([REGIONS[1]?.edge4 ?? "", REGIONS[1]?.edge6 ?? ""]),
  };
  const routing = createPolicyRouting({
    managementAddress: "198.19.63.4",
    listInterfaces: () => listing,
    run: async (_file, args) => {
      calls.push(args.join(" "));
      const isRefused = state.failing !== "" && args.join(" ").includes(state.failing);
      return { exitCode: isRefused ? 2 : 0, stdout: "[]", stderr: "no" };
    },
  });
  return { calls, listing, routing, state };
}

test("routes anew only what has changed", async () => {
  const { calls, listing, routing } = aRouting();
  await expect(routing.apply({ regions: REGIONS, apps: [] })).resolves.toEqual({ missing: [] });
  expect(calls).toHaveLength(4);
  await expect(routing.apply({ regions: REGIONS, apps: [{ name: "shop" }] })).resolves.toEqual({ missing: [] });
  expect(calls).toHaveLength(4);
  await routing.apply({ regions: REGIONS, apps: [{ name: "shop", flycast: ["fdaa::5"] }] });
  expect(calls).toHaveLength(8);
  delete listing["eth2"];
  await expect(routing.apply({ regions: REGIONS, apps: [] })).resolves.toEqual({ missing: ["ams"] });
  expect(calls).toHaveLength(12);
  await expect(routing.apply({ regions: REGIONS, apps: [] })).resolves.toEqual({ missing: ["ams"] });
  expect(calls).toHaveLength(12);
});

test("tries everything again after a refusal", async () => {
  const { calls, routing, state } = aRouting({ failing: "-6 -batch" });
  await expect(routing.apply({ regions: REGIONS, apps: [] })).rejects.toMatchObject({ code: "PLANET_START_FAILED" });
  calls.length = 0;
  state.failing = "";
  await routing.apply({ regions: REGIONS, apps: [] });
  expect(calls).toHaveLength(4);
});
