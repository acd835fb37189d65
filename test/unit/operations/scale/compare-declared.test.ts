import { describe, expect, test } from "vitest";
import { compareDeclared } from "../../../../src/operations/scale/compare-declared.ts";

const config = {
  file: "fly.toml",
  regionCounts: {
    all: new Map([
      ["iad", 2],
      ["nrt", 0],
    ]),
    groups: new Map([["worker", new Map([["ams", 1]])]]),
  },
};

describe("compareDeclared", () => {
  test("says nothing where all is as declared, also over several sizes", () => {
    const rows = [
      { group: "app", regions: { iad: 1 } },
      { group: "app", regions: { iad: 1 } },
      { group: "worker", regions: { ams: 1 } },
    ];
    expect(compareDeclared(config, rows)).toEqual([]);
  });

  test("names what is declared, what is there, and what a deploy makes of it", () => {
    const rows = [
      { group: "app", regions: { iad: 1, nrt: 1 } },
      { group: "worker", regions: { ams: 1 } },
    ];
    expect(compareDeclared(config, rows)).toEqual([
      "fly.toml declares iad = 2 for app, and there is iad = 1, nrt = 1: the next deploy goes back to what is declared",
    ]);
  });

  test("says nothing where nothing is declared", () => {
    expect(
      compareDeclared({ file: "fly.toml", regionCounts: undefined }, [{ group: "app", regions: { iad: 3 } }]),
    ).toEqual([]);
  });
});
