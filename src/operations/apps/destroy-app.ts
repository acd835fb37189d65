// Destroying an app: what would go, and doing it.
import type { ControlClient } from "../../client/control-client.ts";
import { AppError } from "../../errors/app-error.ts";
import type { ProgressReporter } from "../progress.ts";

/** What goes with the app. */
export interface AppDestruction {
  readonly app: string;
  readonly machines: readonly { readonly id: string; readonly region: string }[];
}

/** Finds what destroying an app would take away. @throws APP_NOT_FOUND */
export async function planAppDestruction(
  app: string,
  client: Pick<ControlClient, "app" | "machines">,
): Promise<AppDestruction> {
  const { name } = await client.app(app);
  const machines = await client.machines(name);
  return { app: name, machines: machines.map(({ id, region }) => ({ id, region })) };
}

export interface DestroyAppDeps {
  readonly client: Pick<ControlClient, "destroyApp" | "destroyMachine" | "waitMachine">;
  readonly progress: ProgressReporter;
}

/**
 * Destroys the machines, waits until they are gone, then the app. The app stays until then, so that a run that was cut
 * short can be repeated.
 * @throws DEADLINE
 */
export async function destroyApp(
  { app, machines }: AppDestruction,
  { client, progress }: DestroyAppDeps,
): Promise<void> {
  for (const { id, region } of machines) progress.plan(id, `Machine ${id} in ${region}`);
  await Promise.all(
    machines.map(async ({ id, region }) => {
      progress.start(id, `Machine ${id} in ${region}`);
      try {
        await client.destroyMachine(app, id);
        await client.waitMachine(app, id, "destroyed");
      } catch (error) {
        // Somebody else destroyed it meanwhile.
        if (!(error instanceof AppError && error.code === "MACHINE_NOT_FOUND")) {
          progress.fail(id);
          throw error;
        }
      }
      progress.done(id, "destroyed");
    }),
  );
  await client.destroyApp(app, true);
}
