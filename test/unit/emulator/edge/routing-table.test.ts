// The routing of every client city against apps in three regions, each triple of them: what route() decides has to be what
// the matrix of distances says.
import { describe, expect, test } from "vitest";
import { route } from "../../../../src/emulator/edge/route.ts";
import { indexWorld } from "../../../../src/emulator/edge/world-index.ts";
import { REGIONS } from "../../../../src/emulator/topology/regions.ts";
import { rttMs } from "../../../../src/emulator/topology/rtt.ts";
import { worldMachine, worldOf } from "../../../support/edge-rig.ts";

const CITIES = REGIONS.map(({ code }) => code);
const LINKS = CITIES.flatMap((a, index) => CITIES.slice(index + 1).map((b) => ({ a, b, rttMs: rttMs(a, b) })));
const TRIPLES = CITIES.flatMap((a, i) =>
  CITIES.slice(i + 1).flatMap((b, j) => CITIES.slice(i + j + 2).map((c) => [a, b, c] as const)),
);

/** Where each city's request goes, for an app with one machine in each of the regions. */
function routingTable(serving: readonly string[], unhealthy: readonly string[] = []): Map<string, string> {
  const machines = serving.map((region) => worldMachine({ id: region, region, address4: "127.0.1.2", port: 8080 }));
  const view = {
    world: indexWorld({ ...worldOf(1, CITIES, machines), links: LINKS }),
    load: () => 0,
    isHealthy: ({ machine }: { machine: { id: string } }) => !unhealthy.includes(machine.id),
    isWaking: () => false,
    excluded: new Set<string>(),
    random: () => 0,
    nowMs: () => 0,
  };
  return new Map(
    CITIES.map((city) => {
      const decision = route({ app: "my-app" }, view, city);
      return [city, decision.kind === "forward" ? decision.backend.machine.region : decision.kind];
    }),
  );
}

const distance = (a: (typeof CITIES)[number], b: (typeof CITIES)[number]): number => (a === b ? 0 : rttMs(a, b));

describe("PX-01 LB-03 LB-09: the routing table", () => {
  test("there are 18 cities and 816 triples of regions", () => {
    expect(CITIES).toHaveLength(18);
    expect(TRIPLES).toHaveLength(816);
  });

  test("of all 18 client cities is the matrix's, for every app in three regions", () => {
    for (const serving of TRIPLES) {
      const table = routingTable(serving);
      for (const city of CITIES) {
        const least = Math.min(...serving.map((region) => distance(city, region)));
        const nearest = serving.filter((region) => distance(city, region) === least);
        expect(nearest, `${city} to ${serving.join(", ")}`).toContain(table.get(city));
      }
    }
  });

  test("LB-08: with the nearest one unhealthy it is the next one's", () => {
    const serving = ["iad", "ams", "nrt"] as const;
    const whole = routingTable(serving);
    for (const city of CITIES) {
      const lost = whole.get(city)!;
      const rest = serving.filter((region) => region !== lost);
      const [one, two] = rest as [(typeof rest)[number], (typeof rest)[number]];
      const expected = distance(city, one) <= distance(city, two) ? one : two;
      expect(routingTable(serving, [lost]).get(city)).toBe(expected);
    }
  });
});
