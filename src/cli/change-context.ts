// The adapters of commands that change an app that is there: `rollback`, `scale`.
import { randomUUID } from "node:crypto";
import type { ChangeDeps } from "../operations/deploy/change-app.ts";
import type { Fleet } from "../operations/deploy/execute/fleet.ts";
import { createSteadyFleet } from "../operations/deploy/execute/steady-fleet.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Context } from "./context.ts";
import { deployerOf } from "./deployer.ts";
import type { MachinesAccess } from "./machines-context.ts";

/** The machines of an app of the target. @throws APP_NOT_FOUND */
export async function fleetOf(context: Context, access: MachinesAccess, app: string, version: string): Promise<Fleet> {
  await access.client.apps.get(app);
  return createSteadyFleet(access.fleetOf(app, version), { clock: context.clock, newKey: randomUUID });
}

export async function changeDeps(
  context: Context,
  access: MachinesAccess,
  app: string,
  version: string,
  progress: ProgressReporter,
): Promise<ChangeDeps> {
  const deployer = deployerOf(context, context.cwd, version);
  deployer().catch(() => undefined); // who asks later is told
  const fleet = await fleetOf(context, access, app, version);
  return { fleet, deployer, clock: context.clock, signal: context.signal, progress };
}
