// Pure: what a planet says of itself.
import type { PlanetStatus } from "../../contract/planet.ts";
import type { MachineRecord } from "../model/records.ts";
import type { ServiceDoor } from "./doors.ts";
import type { ComponentView } from "./publisher.ts";

export interface PlanetFacts extends Pick<PlanetStatus, "planet" | "version" | "image" | "home" | "worldVersion"> {
  /** Whether everything has been looked at and repaired since control's start. */
  readonly reconciled: boolean;
  readonly components: readonly ComponentView[];
  readonly codes: readonly string[];
  readonly nameOf: (region: string) => string;
  readonly active: readonly string[];
  readonly machines: readonly MachineRecord[];
  readonly doors: readonly ServiceDoor[];
}

/** The planet's status as the API gives it. */
export function viewPlanet(facts: PlanetFacts): PlanetStatus {
  const { planet, version, image, home, worldVersion, reconciled, components, active, machines } = facts;
  const settledDown = components.every(({ state }) => state === "ready");
  return {
    ...{ planet, version, image, home, worldVersion },
    state: reconciled && settledDown ? "ready" : reconciled ? "degraded" : "starting",
    components: [{ name: "control", state: "ready", worldVersion }, ...components],
    doors: [...facts.doors],
    regions: facts.codes.map((code) => ({
      code,
      name: facts.nameOf(code),
      active: active.includes(code),
      machines: machines.filter(({ region, state }) => region === code && state === "started").length,
    })),
  };
}
