// What was there before a dev run, and making it so again.
import type { AppsApi } from "../../client/machines/apps-api.ts";
import type { MachinesApi } from "../../client/machines/machines-api.ts";
import type { Snapshot } from "../../contract/release.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { destroyApp, planAppDestruction } from "../apps/destroy-app.ts";
import { DEFAULT_MAX_UNAVAILABLE } from "../deploy/change-app.ts";
import type { Fleet } from "../deploy/execute/fleet.ts";
import { putBack } from "../deploy/execute/put-back.ts";
import { snapshotOf } from "../deploy/execute/restore.ts";
import { isManaged } from "../deploy/plan/managed.ts";
import type { ProgressReporter } from "../progress.ts";

/** The app as it was; undefined: there was none. */
export interface AppBefore {
  readonly machines: readonly Snapshot[];
  readonly volumes: ReadonlySet<string>;
  /** Number of its newest release, 0 without one. */
  readonly release: number;
}

export interface BeforeDeps {
  readonly api: {
    readonly apps: Pick<AppsApi, "get" | "destroy">;
    readonly machines: Pick<MachinesApi, "list" | "destroy" | "wait">;
  };
  readonly fleet: Fleet;
  readonly clock: Clock;
  readonly progress: ProgressReporter;
}

const WAIT_MS = 120_000;
/** Releases that one run makes at most, as far as their machines are looked for. */
const MOST_RELEASES = 200;

export async function rememberApp(app: string, { api, fleet }: BeforeDeps): Promise<AppBefore | undefined> {
  try {
    await api.apps.get(app);
  } catch (error) {
    if (error instanceof AppError && error.code === "APP_NOT_FOUND") return undefined;
    throw error;
  }
  const [machines, volumes, [newest]] = await Promise.all([fleet.machines(), fleet.volumes(), fleet.releases(1)]);
  return {
    machines: snapshotOf(machines.filter(isManaged)),
    volumes: new Set(volumes.map(({ id }) => id)),
    release: newest?.version ?? 0,
  };
}

/**
 * Makes the app as it was: each machine runs what it ran, those that are new are gone; without an app before, there is
 * none again.
 * @throws DEPLOY_INCOMPLETE, DEADLINE
 */
export async function putAppBack(app: string, before: AppBefore | undefined, deps: BeforeDeps): Promise<void> {
  const { api, fleet, clock, progress } = deps;
  if (before === undefined) {
    try {
      await destroyApp(await planAppDestruction(app, api), { api, progress });
    } catch (error) {
      // its first deploy failed and took it back
      if (!(error instanceof AppError && error.code === "APP_NOT_FOUND")) throw error;
    }
    return;
  }
  const own = (await fleet.releases(MOST_RELEASES)).filter(({ version }) => version > before.release);
  for (const { id, version } of own)
    await putBack(
      {
        before: before.machines,
        release: { id, version },
        maxUnavailable: DEFAULT_MAX_UNAVAILABLE,
        work: { waitTimeoutMs: WAIT_MS, smokeChecks: false },
      },
      { fleet, clock, progress, nonceOf: () => undefined },
    );
  for (const { id } of await fleet.volumes()) if (!before.volumes.has(id)) await fleet.destroyVolume(id);
}
