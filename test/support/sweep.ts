// Removes what planets of tests left on the engine, also after their run was killed. Uses the docker command and not the
// adapter under test.
import { LABEL } from "../../src/emulator/runtime/labels.ts";
import { docker, sweep } from "./docker-cli.ts";
import { machineEngine, ownsDaemon } from "./engines.ts";

/**
 * Removes all containers, networks and volumes of the planet. Engine 20.10 can keep an endpoint of a container that is
 * gone, when that was killed while it was being attached; nothing but a new start of the daemon removes the network then.
 */
export async function sweepPlanet(planet: string): Promise<void> {
  const label = `${LABEL.planet}=${planet}`;
  try {
    await sweep(label);
  } catch (error) {
    if (!String(error).includes("has active endpoints") || !(await ownsDaemon())) throw error;
    await machineEngine.killDaemon();
    await sweep(label);
  }
}

/** Removes everything of all planets whose names start so: of runs that were killed and had names of their own. */
export async function sweepPlanetsNamed(prefix: string): Promise<void> {
  for (const planet of await planetsNamed(prefix)) await sweepPlanet(planet);
}

/** Planets of that prefix of which anything is left. */
async function planetsNamed(prefix: string): Promise<string[]> {
  const format = ["--filter", `label=${LABEL.planet}`, "--format", `{{.Label "${LABEL.planet}"}}`];
  const printed = await Promise.all([
    docker("ps", "-a", ...format),
    docker("network", "ls", ...format),
    docker("volume", "ls", ...format),
  ]);
  const planets = new Set(printed.flatMap((text) => text.split("\n")));
  return [...planets].filter((planet) => planet !== "" && planet.startsWith(prefix)).toSorted();
}
