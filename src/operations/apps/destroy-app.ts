// Destroying an app: what would go, and doing it.
import type { AppsApi } from "../../client/machines/apps-api.ts";
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import { AppError } from "../../errors/app-error.ts";
import type { ProgressReporter } from "../progress.ts";

/** Milliseconds that a machine may take to go. */
const GONE_MS = 60_000;

/** What goes with the app. */
export interface AppDestruction {
  readonly app: string;
  readonly machines: readonly { readonly id: string; readonly region: string }[];
}

/** Finds what destroying an app would take away. @throws APP_NOT_FOUND */
export async function planAppDestruction(
  app: string,
  api: { readonly apps: Pick<AppsApi, "get">; readonly machines: Pick<MachinesApi, "list"> },
): Promise<AppDestruction> {
  const { name } = await api.apps.get(app);
  const machines = await api.machines.list(name);
  return { app: name, machines: machines.map(({ id, region }) => ({ id, region })) };
}

export interface DestroyAppDeps {
  readonly api: { readonly apps: Pick<AppsApi, "destroy">; readonly machines: Pick<MachinesApi, "destroy" | "wait"> };
  readonly progress: ProgressReporter;
}

/**
 * Destroys the machines, waits until they are gone, then the app. The app stays until then, so that a run that was cut
 * short can be repeated.
 * @throws DEADLINE
 */
export async function destroyApp({ app, machines }: AppDestruction, { api, progress }: DestroyAppDeps): Promise<void> {
  for (const { id, region } of machines) progress.plan(id, `Machine ${id} in ${region}`);
  await Promise.all(
    machines.map(async ({ id, region }) => {
      progress.start(id, `Machine ${id} in ${region}`);
      try {
        await api.machines.destroy(app, id, true);
        await api.machines.wait(app, id, { state: "destroyed", timeoutMs: GONE_MS });
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
  await api.apps.destroy(app);
}
