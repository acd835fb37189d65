import { expect, test } from "vitest";
import type { PlanetConnection } from "../../../../src/client/planet-client.ts";
import type { PlanetStatus } from "../../../../src/contract/planet.ts";
import { reachUp } from "../../../../src/operations/planet/reach-up.ts";
import type { PlanetHome } from "../../../../src/operations/planet/planet-home.ts";

const IMAGE = "hangar/planet:now";
const region = (code: string, active: boolean) => ({ code, name: code, active, machines: 0 });

/** What is found of a planet whose control says this. */
const reached = (status: Partial<PlanetStatus> | undefined, regions: readonly string[]) => {
  const planet = async () => {
    if (status === undefined) throw new Error("nobody answers");
    return { image: IMAGE, state: "ready", regions: [region("iad", true), region("ams", false)], ...status };
  };
  return reachUp(regions, {
    home: {
      name: "earth",
      settings: async () => ({ ports: { control: 14_280, http: 18_080 } }),
      presentToken: async () => "token",
    } as unknown as PlanetHome,
    connect: () => ({ client: { planet } }) as unknown as PlanetConnection,
    signal: new AbortController().signal,
    likelyImage: async () => IMAGE,
  });
};

test("a planet that is as it has to be is used as it is", async () => {
  expect(await reached({}, ["iad"])).toMatchObject({
    ...{ planet: "earth", changed: false, url: "http://localhost:18080", controlUrl: "http://127.0.0.1:14280" },
  });
  expect(await reached({}, [])).toMatchObject({ planet: "earth" });
});

test.each([
  ["is down", undefined, ["iad"]],
  ["runs from another version of Hangar", { image: "hangar/planet:before" }, ["iad"]],
  ["is coming up", { state: "starting" as const }, ["iad"]],
  ["has to get a region", {}, ["iad", "ams"]],
])("one that %s has to be brought up", async (_, status, regions) => {
  expect(await reached(status, regions)).toBeUndefined();
});
