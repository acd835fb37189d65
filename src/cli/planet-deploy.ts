// A planet as the target of a deploy. Loaded while the image is built: the clients cost more than the rest of the command.
import type { PlanetConnection } from "../client/planet-client.ts";
import { appsOf } from "../operations/deploy/apps-of.ts";
import type { DeployTarget } from "../operations/deploy/deploy-types.ts";
import { createPlanetFleet } from "../operations/deploy/execute/planet-fleet.ts";
import { type ConnectOptions, requirePlanet } from "../operations/planet/planet-access.ts";
import { ownArchitecture, planetImageTag } from "../operations/planet/planet-image.ts";
import { reachUp, type UpResult } from "../operations/planet/reach-up.ts";
import { doorsOf } from "../operations/status/read-status.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Context } from "./context.ts";
import { installationRoot, planetAccessDeps, upDeps } from "./planet-context.ts";

/** The planet as it is, where that is enough; changes nothing. */
export async function reachPlanet(context: Context, regions: readonly string[]): Promise<DeployTarget | undefined> {
  const access = await planetAccessDeps(context);
  const likelyImage = async (): Promise<string> =>
    planetImageTag({ root: await installationRoot(context), architecture: ownArchitecture() });
  const found = await reachUp(regions, { ...access, likelyImage });
  return found === undefined ? undefined : targetAt(found, access.connect, await access.home.token());
}

/** The planet, for a plan only. @throws PLANET_DOWN */
export async function lookAtPlanet(context: Context): Promise<DeployTarget> {
  const access = await requirePlanet(await planetAccessDeps(context));
  return planetTarget(access, access.httpPort, (await access.client.planet()).home);
}

/** The planet, brought up with the regions active if it is not. @throws what `ensureUp` throws */
export async function bringUpPlanet(
  context: Context,
  input: { readonly regions: readonly string[]; readonly home: string | undefined; readonly version: string },
  progress: ProgressReporter,
): Promise<DeployTarget> {
  const [deps, { ensureUp }] = await Promise.all([upDeps(context, progress), import("../operations/planet/up.ts")]);
  const { home, ...rest } = input;
  const found = await ensureUp({ ...rest, ...(home === undefined ? {} : { home }) }, deps);
  return targetAt(found, deps.connect, await deps.home.token());
}

/** With a connection that has no signal: an interrupted deploy still has to take back what it did. */
function targetAt(
  { url, controlUrl, status }: UpResult,
  connect: (options: ConnectOptions) => PlanetConnection,
  token: string,
): DeployTarget {
  return planetTarget(connect({ baseUrl: controlUrl, token }), Number(new URL(url).port), status.home);
}

function planetTarget(connection: PlanetConnection, httpPort: number, home: string): DeployTarget {
  const { apps } = connection.api;
  return {
    name: "local",
    fleetOf: (app) => createPlanetFleet(connection, app),
    apps: appsOf(apps, "personal"),
    home,
    doorsOf: (app) => doorsOf(connection.client, app),
    urlsOf: (app, regions) => [
      `http://${app}.localhost:${httpPort}`,
      ...regions.map((region) => `http://${region}.${app}.localhost:${httpPort}`),
    ],
  };
}
