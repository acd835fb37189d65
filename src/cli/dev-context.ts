// The adapters of a dev run: the planet, the app as it was, deploys, files and logs.
import { randomUUID } from "node:crypto";
import { AppError } from "../errors/app-error.ts";
import { loadAppConfig } from "../operations/config/load-app-config.ts";
import { createSteadyFleet } from "../operations/deploy/execute/steady-fleet.ts";
import { isManaged } from "../operations/deploy/plan/managed.ts";
import { putAppBack, rememberApp } from "../operations/dev/before.ts";
import { devConfig } from "../operations/dev/dev-machines.ts";
import { readProject } from "../operations/dev/read-project.ts";
import type { RunDevDeps } from "../operations/dev/run-dev.ts";
import { startAll, syncMachines } from "../operations/dev/sync-machines.ts";
import { down } from "../operations/planet/down.ts";
import { requirePlanet } from "../operations/planet/planet-access.ts";
import { ensureUp } from "../operations/planet/up.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import { watchFiles } from "../platform/watch-files.ts";
import type { Context } from "./context.ts";
import { deployApp } from "./deploy-context.ts";
import { type MachinesAccess, machinesAccess, steadfastAccess } from "./machines-context.ts";
import { engineOf, planetAccessDeps, upDeps } from "./planet-context.ts";
import { renderQuestions } from "./present/deploy.ts";

export interface DevInput {
  /** Absolute path of the app's folder. */
  readonly dir: string;
  readonly config?: string | undefined;
  readonly app?: string | undefined;
  readonly regions: readonly string[];
  /** Somebody agreed to what deploys ask. */
  readonly agreed: boolean;
  readonly version: string;
}

export interface DevSession {
  readonly app: string;
  readonly access: MachinesAccess;
  readonly deps: Pick<RunDevDeps, "project" | "sync" | "watch"> & {
    readonly deploy: (fresh: boolean, progress: ProgressReporter) => Promise<void>;
  };
  /** Makes app and planet as they were. @throws DEPLOY_INCOMPLETE, DEADLINE, PLANET_BUSY */
  readonly putBack: (progress: ProgressReporter) => Promise<PutBack>;
}

/** What --json says last. */
export interface PutBack {
  readonly event: "put-back";
  readonly app: "removed" | "as before";
  readonly planet: "up" | "down";
}

/** Brings the planet up and remembers what is there. @throws what `up` throws; CONFIG_NOT_FOUND … */
export async function openDev(context: Context, input: DevInput, progress: ProgressReporter): Promise<DevSession> {
  const files = await context.files();
  const load = () => loadAppConfig({ dir: input.dir, cwd: context.cwd, configPath: input.config }, { files });
  const first = await load();
  const app = input.app ?? first.config.app;
  if (app === undefined)
    throw new AppError("CONFIG_INVALID", `${first.config.file} names no app`, { suggestions: ["--app my-app"] });
  const wasUp = await isUp(context);
  if (!wasUp) await ensureUp({ regions: input.regions, version: input.version }, await upDeps(context, progress));
  const access = await machinesAccess(context, "local");
  // Ctrl-C ends the run; what it did has still to be taken back.
  const steady = await steadfastAccess(context, "local");
  const { clock } = context;
  const fleetFor = ({ fleetOf }: MachinesAccess) =>
    createSteadyFleet(fleetOf(app, input.version), { clock, newKey: randomUUID });
  const before = await rememberApp(app, { api: access.client, fleet: fleetFor(access), clock, progress });
  const run = randomUUID();
  const sessions = await access.sessions();
  const { target } = access;
  return {
    app,
    access,
    deps: {
      project: async () => readProject(await load(), { files }),
      deploy: async (fresh, reporter) => {
        const loaded = await load();
        const deploying = {
          ...{ loaded, app, regions: input.regions, agreed: input.agreed, force: fresh, reason: "dev" },
          adapt: (config: Parameters<typeof devConfig>[0]) => devConfig(config, run),
        };
        const { questions } = await deployApp(context, target, deploying, input.version, reporter);
        if (questions !== undefined)
          throw new AppError("CONFIRMATION_REQUIRED", renderQuestions(questions), { suggestions: ["pass --yes"] });
        await startAll(app, access.client.machines);
      },
      sync: async (changed, superseded) => {
        const machines = (await access.client.machines.list(app)).filter(isManaged);
        await syncMachines(
          { app, contextDir: first.contextDir, files: changed, machines },
          { sessions, api: access.client.machines, fleet: fleetFor(access), clock, signal: superseded },
        );
      },
      watch: ({ skips }, onChange) => watchFiles(first.contextDir, { skips, onChange }),
    },
    putBack: async (reporter) => {
      await putAppBack(app, before, { api: steady.client, fleet: fleetFor(steady), clock, progress: reporter });
      if (!wasUp) await takeDown(context, reporter);
      const state = before === undefined ? ("removed" as const) : ("as before" as const);
      return { event: "put-back", app: state, planet: wasUp ? "up" : "down" };
    },
  };
}

async function isUp(context: Context): Promise<boolean> {
  try {
    await requirePlanet(await planetAccessDeps(context));
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "PLANET_DOWN") return false;
    throw error;
  }
}

async function takeDown(context: Context, progress: ProgressReporter): Promise<void> {
  const [{ runtime }, { home }] = await Promise.all([engineOf(context), planetAccessDeps(context)]);
  await down({ forget: false }, { home, runtime, progress });
}
