import { describe, expect, test } from "vitest";
import { blockOfSubnets, chooseBlock, overlaps } from "../../../../src/emulator/lifecycle/blocks.ts";
import {
  BLOCKS,
  blockPrefix4,
  machineAddresses,
  managementAddresses,
  regionAddresses,
} from "../../../../src/emulator/topology/address-plan.ts";

describe("overlaps", () => {
  test.each([
    ["198.18.0.0/19", "198.18.31.0/24", true],
    ["198.18.0.0/19", "198.18.32.0/24", false],
    ["10.0.0.0/8", "10.255.0.0/16", true],
    ["0.0.0.0/0", "198.18.0.0/19", false],
    ["fdaa::/16", "198.18.0.0/19", false],
  ])("%s and %s: %s", (a, b, expected) => {
    expect(overlaps(a, b)).toBe(expected);
    expect(overlaps(b, a)).toBe(expected);
  });
});

describe("chooseBlock", () => {
  test("keeps the preferred block when it is free", () => {
    expect(chooseBlock(["172.17.0.0/16"], 7)).toBe(7);
  });
  test("takes the first free block otherwise", () => {
    expect(chooseBlock(["198.18.5.0/24", "198.18.40.0/24"], 0)).toBe(2);
  });
  test("says so when all are in use", () => {
    expect(() => chooseBlock(["198.18.0.0/15"], undefined)).toThrow(expect.objectContaining({ code: "ADDRESS_CLASH" }));
  });
});

describe("the address plan", () => {
  test("gives no address twice", () => {
    const subnets = Array.from({ length: BLOCKS }, (_, block) => [
      managementAddresses(block).subnet4,
      ...Array.from({ length: 31 }, (_slot, slot) => regionAddresses(block, slot).subnet4),
    ]).flat();
    expect(new Set(subnets).size).toBe(BLOCKS * 32);
  });
  test("keeps all of a planet inside its block", () => {
    for (let block = 0; block < BLOCKS; block += 1) {
      for (let slot = 0; slot < 31; slot += 1)
        expect(overlaps(regionAddresses(block, slot).subnet4, blockPrefix4(block))).toBe(true);
    }
  });
  test("gives machines addresses in the platform's shape", () => {
    expect(machineAddresses(0, 9, 1)).toEqual({ address4: "198.18.9.2", address6: "fdaa:0:1:a:a7b:0:1:2" });
  });
  test("finds a planet's block by its management network", () => {
    expect(blockOfSubnets(["172.17.0.0/16", managementAddresses(9).subnet4])).toBe(9);
    expect(blockOfSubnets(["198.18.3.0/24"])).toBeUndefined();
  });
});
