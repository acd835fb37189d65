// The adapters of commands that change an app that is there: `rollback`, `scale`, `releases`.
import { randomUUID } from "node:crypto";
import type { ChangeDeps } from "../operations/deploy/change-app.ts";
import { createControlFleet } from "../operations/deploy/execute/control-fleet.ts";
import type { Fleet } from "../operations/deploy/execute/fleet.ts";
import { createSteadyFleet } from "../operations/deploy/execute/steady-fleet.ts";
import { requirePlanet } from "../operations/planet/planet-access.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Context } from "./context.ts";
import { deployerOf } from "./deployer.ts";
import { planetAccessDeps } from "./planet-context.ts";

/** The machines of an app of the planet that the command is about. @throws PLANET_DOWN, APP_NOT_FOUND */
export async function fleetOf(context: Context, app: string): Promise<Fleet> {
  const access = await planetAccessDeps(context);
  const { client } = await requirePlanet({
    ...access,
    // No signal: an interrupted change still has to be taken back.
    createClient: ({ signal: _signal, ...options }) => access.createClient(options),
  });
  await client.app(app);
  return createSteadyFleet(createControlFleet(client, app), { clock: context.clock, launchId: randomUUID });
}

export async function changeDeps(
  context: Context,
  app: string,
  version: string,
  progress: ProgressReporter,
): Promise<ChangeDeps> {
  const [fleet, deployer] = await Promise.all([fleetOf(context, app), deployerOf(context, context.cwd, version)]);
  return { fleet, deployer, clock: context.clock, signal: context.signal, progress };
}
