import { describe, test } from "vitest";
import {
  presentRegionInterfaces,
  resolveManagementInterface,
  resolveRegionInterfaces,
} from "../../../../src/emulator/wan/interfaces.ts";
import { aWorld } from "./a-world.ts";

const at = (address: string, mac = "02:42:00:00:00:01") => ({ address, mac });
const listing = {
  lo: [at("127.0.0.1")],
  eth0: [at("198.19.63.3")],
  eth2: [at("198.19.32.252"), at("fdaa:0:a:1::fc")],
  eth1: [at("198.19.33.252")],
  eth3: [at("198.19.34.252"), at("198.19.34.254")],
};

describe("interfaces", () => {
  test("belong to the region whose network they have an address of", ({ expect }) => {
    const found = resolveRegionInterfaces(aWorld(), listing);
    expect(found.map(({ region, name }) => [region.code, name])).toEqual([
      ["iad", "eth2"],
      ["ams", "eth1"],
      ["nrt", "eth3"],
    ]);
  });

  test("that are not there yet are named in a conflict, so that control tries again", ({ expect }) => {
    const { eth1: _, ...without } = listing;
    expect(() => resolveRegionInterfaces(aWorld(), without)).toThrow(
      expect.objectContaining({ code: "CONFLICT", message: expect.stringContaining("ams") }),
    );
    expect(presentRegionInterfaces(aWorld(), without).map(({ region }) => region.code)).toEqual(["iad", "nrt"]);
  });

  test("towards control have the management address", ({ expect }) => {
    expect(resolveManagementInterface("198.19.63.3", listing)).toBe("eth0");
    expect(() => resolveManagementInterface("198.19.63.9", listing)).toThrow(
      expect.objectContaining({ code: "PLANET_START_FAILED" }),
    );
  });
});
