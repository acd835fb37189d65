import { describe, test } from "vitest";
import type { RunProgram } from "../../../../src/platform/run-program.ts";
import { HOST_PATH_US, createLinkTable, NO_LINK } from "../../../../src/emulator/wan/link-table.ts";
import { createRouter } from "../../../../src/emulator/wan/router.ts";
import { aWorld } from "./a-world.ts";

const at = (address: string) => [{ address, mac: "02:42:00:00:00:01" }];

function aRouter({ failing = "" } = {}) {
  const calls: string[] = [];
  const present = new Set<string>();
  const run: RunProgram = async (file, args) => {
    const call = [file, ...args].join(" ");
    calls.push(call);
    if (failing !== "" && call.includes(failing)) return { exitCode: 1, stdout: "", stderr: "no\n" };
    if (!call.includes(" -C ")) present.add(call.replace(" -A ", " -C "));
    return { exitCode: call.includes(" -C ") && !present.has(call) ? 1 : 0, stdout: "", stderr: "" };
  };
  const listing: Record<string, { address: string; mac: string }[]> = {
    eth0: at("198.19.63.3"),
    eth1: at("198.19.32.252"),
    eth2: at("198.19.33.252"),
    eth3: at("198.19.34.252"),
  };
  const links = createLinkTable();
  return {
    calls,
    listing,
    links,
    router: createRouter({ run, listInterfaces: () => listing, links, managementAddress: "198.19.63.3" }),
  };
}

describe("router", () => {
  test("filters before it routes", async ({ expect }) => {
    const { calls, router, links } = aRouter();
    await expect(router.applyWorld(aWorld())).resolves.toEqual({ whole: true });
    expect(calls[0]).toMatch(/^iptables-restore /);
    expect(calls.filter((call) => call.includes(" -A "))).toHaveLength(3);
    expect(calls.filter((call) => call.startsWith("ip "))).toHaveLength(4);
    expect(links.delayUs(1)).toBe(40_000 - HOST_PATH_US);
  });

  test("only changes delays as long as nothing else has changed", async ({ expect }) => {
    const { calls, listing, links, router } = aRouter();
    await router.applyWorld(aWorld());
    calls.length = 0;
    await router.applyWorld(aWorld({ version: 2, links: [{ a: "iad", b: "ams", rttMs: 10 }] }));
    expect(calls).toEqual([]);
    expect(links.delayUs(1)).toBe(5_000 - HOST_PATH_US);
    listing["eth3"] = at("198.19.34.252").concat(at("198.19.34.254"));
    await router.applyWorld(aWorld({ version: 3 }));
    expect(calls.filter((call) => call.startsWith("ip "))).toHaveLength(2);
  });

  test("does not touch anything while a region's network is missing, unless asked to do what it can", async ({
    expect,
  }) => {
    const { calls, listing, links, router } = aRouter();
    delete listing["eth3"];
    await expect(router.applyWorld(aWorld())).rejects.toMatchObject({ code: "CONFLICT" });
    expect([calls, links.delayUs(1)]).toEqual([[], NO_LINK]);
    await expect(router.applyWorld(aWorld(), { partly: true })).resolves.toEqual({ whole: false });
    expect(links.delayUs(1)).toBe(40_000 - HOST_PATH_US);
  });

  test("says which tool refused, and tries everything again next time", async ({ expect }) => {
    const { calls, router } = aRouter({ failing: "ip -6" });
    await expect(router.applyWorld(aWorld())).rejects.toMatchObject({
      code: "PLANET_START_FAILED",
      message: "ip -6 -batch - failed: no",
    });
    calls.length = 0;
    await expect(router.applyWorld(aWorld())).rejects.toMatchObject({ code: "PLANET_START_FAILED" });
    expect(calls.length).toBeGreaterThan(3);
  });
});
