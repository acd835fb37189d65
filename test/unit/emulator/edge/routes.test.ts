import { describe, expect, test } from "vitest";
import {
  planDefaultRoute,
  planRoutes,
  planRules,
  type RegionRoute,
  type Rule,
  wantedRules,
} from "../../../../src/emulator/edge/routes.ts";
import { regionAddresses } from "../../../../src/emulator/topology/address-plan.ts";

const REGIONS: readonly RegionRoute[] = [
  { region: { code: "ams", slot: 0, ...regionAddresses(0, 0) }, device: "eth1" },
  { region: { code: "nrt", slot: 4, ...regionAddresses(0, 4) }, device: "eth3" },
];
/** What a new network namespace has. */
const KERNEL: readonly Rule[] = [
  { priority: 0, src: "all", table: "local" },
  { priority: 32_766, src: "all", table: "main" },
  { priority: 32_767, src: "all", table: "default" },
];

const textOf = ({ priority, src, iif, table }: Rule): string => `${priority} ${src} ${iif} ${table}`;

/** The rules after the plan's lines. */
function applied(present: readonly Rule[], lines: readonly string[]): Rule[] {
  const rules = [...present];
  for (const line of lines) {
    const [, action, priority, src, iif, table] =
      /^rule (add|del) pref (\d+) from (\S+)(?: iif (\S+))? lookup (\S+)$/.exec(line) ?? [];
    const rule: Rule = { priority: Number(priority), src: src!, table: table!, ...(iif === undefined ? {} : { iif }) };
    const at = rules.findIndex((other) => textOf(other) === textOf(rule));
    if (action === "add") {
      expect(at).toBe(-1);
      rules.push(rule);
    } else {
      expect(at).not.toBe(-1);
      rules.splice(at, 1);
    }
  }
  return rules.toSorted((a, b) => a.priority - b.priority);
}

describe("policy routing of edge", () => {
  test("delivers what comes in, sends by the address it comes from, and only then looks at local addresses", () => {
    expect(applied(KERNEL, planRules(KERNEL, wantedRules(REGIONS, 4)))).toEqual([
      { priority: 5, src: "all", iif: "eth1", table: "local" },
      { priority: 5, src: "all", iif: "eth3", table: "local" },
      { priority: 10, src: "198.18.0.253", iif: "lo", table: "1000" },
      { priority: 10, src: "198.18.4.253", iif: "lo", table: "1004" },
      { priority: 20, src: "all", table: "local" },
      ...KERNEL.slice(1),
    ]);
  });

  test("changes nothing where all is as it should be", () => {
    const wanted = wantedRules(REGIONS, 6);
    expect(planRules(applied(KERNEL, planRules(KERNEL, wanted)), wanted)).toEqual([]);
  });

  test("follows regions that come and go, and interfaces that get another name", () => {
    const before = applied(KERNEL, planRules(KERNEL, wantedRules(REGIONS, 4)));
    const moved = [{ ...REGIONS[1]!, device: "eth7" }];
    const after = applied(before, planRules(before, wantedRules(moved, 4)));
    expect(after).toEqual(applied(KERNEL, planRules(KERNEL, wantedRules(moved, 4))));
  });

  test("never leaves a moment without a way to local addresses", () => {
    const lines = planRules(KERNEL, wantedRules(REGIONS, 4));
    expect(lines.at(-1)).toBe("rule del pref 0 from all lookup local");
    expect(lines[0]).toBe("rule add pref 20 from all lookup local");
  });

  test("gives each region a table of its own", () => {
    expect(planRoutes(REGIONS.slice(1), 6)).toEqual([
      "route replace local fdaa:0:1:5::fd dev eth3 table 1004",
      "route replace fdaa:0:1:5::/64 dev eth3 table 1004",
      "route replace default via fdaa:0:1:5::fe dev eth3 table 1004",
    ]);
    expect(planRoutes(REGIONS.slice(0, 1), 4)).toContain("route replace default via 198.18.0.254 dev eth1 table 1000");
  });

  test("keeps its own way out", () => {
    expect(planDefaultRoute("198.18.31.4", "eth0")).toBe("route replace default via 198.18.31.1 dev eth0");
  });
});
