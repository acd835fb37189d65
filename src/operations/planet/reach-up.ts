// Finds a planet that is up as it has to be, without changing anything and without asking the engine.
import type { PlanetStatus } from "../../contract/planet.ts";
import { planetClient, type PlanetAccessDeps } from "./planet-access.ts";

export interface UpResult {
  readonly planet: string;
  readonly changed: boolean;
  readonly url: string;
  readonly secureUrl: string;
  readonly controlUrl: string;
  readonly status: PlanetStatus;
}

export interface ReachUpDeps extends PlanetAccessDeps {
  /** The planet's image of this installation for an engine whose processor is this machine's. */
  readonly likelyImage: () => Promise<string>;
}

/** The planet, where it runs from this installation and is ready with these regions; else undefined. */
export async function reachUp(regions: readonly string[], deps: ReachUpDeps): Promise<UpResult | undefined> {
  const [image, { client, httpPort, httpsPort, controlPort }] = await Promise.all([
    deps.likelyImage(),
    planetClient(deps),
  ]);
  let status: PlanetStatus;
  try {
    status = await client.planet();
  } catch {
    deps.signal.throwIfAborted();
    return undefined;
  }
  if (status.image !== image || status.state !== "ready") return undefined;
  const active = new Set(status.regions.flatMap((region) => (region.active ? [region.code] : [])));
  if (!regions.every((region) => active.has(region))) return undefined;
  return {
    planet: deps.home.name,
    changed: false,
    url: `http://localhost:${httpPort}`,
    secureUrl: `https://localhost:${httpsPort}`,
    controlUrl: `http://127.0.0.1:${controlPort}`,
    status,
  };
}
