// Deploys an app: configuration, image, target, plan, agreement, execution. Each step fails before the next one changes anything.
import { randomUUID } from "node:crypto";
import type { ControlClient } from "../../client/control-client.ts";
import type { Machine } from "../../contract/machine.ts";
import type { Release } from "../../contract/release.ts";
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import { wantedRegions } from "../../project/wanted-regions.ts";
import type { ProgressReporter } from "../progress.ts";
import type { DeployDeps, DeployInput, DeployResult } from "./deploy-types.ts";
import { createControlFleet } from "./execute/control-fleet.ts";
import { createSteadyFleet } from "./execute/steady-fleet.ts";
import { executePlan } from "./execute/execute-plan.ts";
import type { Fleet } from "./execute/fleet.ts";
import { recover } from "./execute/recover.ts";
import type { DeployedMachine } from "./execute/run.ts";
import { obtainImage } from "./obtain-image.ts";
import { estimateCost } from "./plan/cost.ts";
import { planDeploy } from "./plan/plan-deploy.ts";
import type { DeployPlan, PlanInput, PlanVolume } from "./plan/plan-types.ts";
import { unsupportedSettings } from "./unsupported.ts";
import { groupWishes, releaseCommandOf } from "./wishes.ts";

export type { DeployedMachine } from "./execute/run.ts";
export type { DeployDeps, Deployer, DeployInput, DeployResult } from "./deploy-types.ts";

const DEFAULT_WAIT_MS = 300_000;
const DEFAULT_MAX_UNAVAILABLE = 0.33;
const DEFAULT_LEASE_S = 13;

/** What is known of the app on its target. */
interface Seen {
  readonly machines: readonly Machine[];
  readonly volumes: readonly PlanVolume[];
  readonly newest: Release | undefined;
}

async function appExists(app: string, client: ControlClient): Promise<boolean> {
  try {
    await client.app(app);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "APP_NOT_FOUND") return false;
    throw error;
  }
}

async function look(fleet: Fleet): Promise<Seen> {
  const [machines, volumes, [newest]] = await Promise.all([fleet.machines(), fleet.volumes(), fleet.releases(1)]);
  return { machines, volumes, newest };
}

function urlsOf(app: string, serves: boolean, machines: readonly DeployedMachine[], port: number): string[] {
  if (!serves) return [];
  const regions = [
    ...new Set(machines.flatMap(({ region, action }) => (action === "destroyed" ? [] : [region]))),
  ].toSorted();
  return [`http://${app}.localhost:${port}`, ...regions.map((region) => `http://${region}.${app}.localhost:${port}`)];
}

function nameOf(input: DeployInput): string {
  const app = input.plan?.app ?? input.app ?? input.loaded.config.app;
  if (app !== undefined) return app;
  throw new AppError("CONFIG_INVALID", `${input.loaded.config.file} names no app`, {
    suggestions: ['app = "my-app" in the file', "--app my-app"],
  });
}

function planInput(
  app: string,
  image: string,
  input: DeployInput,
  seen: Seen,
  home: string,
  hasVolumes: boolean,
): PlanInput {
  const { config } = input.loaded;
  const groups = groupWishes(config, image, hasVolumes);
  const primaryRegion = config.primaryRegion ?? home;
  const release =
    input.skipReleaseCommand === true ? undefined : releaseCommandOf(config, groups, seen.machines, primaryRegion);
  return {
    app,
    image,
    machines: seen.machines,
    volumes: seen.volumes,
    groups,
    release: seen.newest?.version ?? 0,
    waitTimeoutMs: input.waitTimeoutMs ?? config.deploy.waitTimeoutMs ?? DEFAULT_WAIT_MS,
    ...(release === undefined
      ? {}
      : { releaseCommand: { ...release, timeoutMs: input.releaseCommandTimeoutMs ?? release.timeoutMs } }),
    options: {
      primaryRegion,
      regions: input.regions.length > 0 ? input.regions : config.regions,
      regionsDeclared: input.regions.length === 0 && config.regions.length > 0,
      strategy: input.strategy ?? config.deploy.strategy ?? "rolling",
      maxUnavailable: input.maxUnavailable ?? config.deploy.maxUnavailable ?? DEFAULT_MAX_UNAVAILABLE,
      force: input.force ?? false,
      ha: false,
      updateOnly: false,
      excludeRegions: [],
      onlyMachines: [],
      excludeMachines: [],
      processGroups: [],
      ...input.filters,
    },
  };
}

/** Carries a plan out for an app, which is made if it is new; a failure takes a new app back. */
async function carryOut(
  plan: DeployPlan,
  digest: string | undefined,
  input: DeployInput,
  deps: DeployDeps,
  client: ControlClient,
  isNew: boolean,
) {
  const fleet = createSteadyFleet(createControlFleet(client, plan.app), { clock: deps.clock, launchId: randomUUID });
  const { deployer, clock, signal, progress } = deps;
  if (isNew) await client.createApp(plan.app);
  try {
    return await executePlan(
      {
        plan,
        provenance: {
          reason: input.plan === undefined ? "deploy" : "deploy of a saved plan",
          user: deployer.user,
          program: deployer.program,
          ...(deployer.git === undefined ? {} : { git: deployer.git }),
          ...(digest === undefined ? {} : { image_digest: digest }),
        },
        onFailure: input.noRollback === true ? "keep" : "roll-back",
        smokeChecks: input.smokeChecks ?? true,
        detach: input.detach ?? false,
        leaseTtlS: input.leaseTtlS ?? DEFAULT_LEASE_S,
      },
      { fleet, clock, signal, progress },
    );
  } catch (error) {
    if (isNew && input.noRollback !== true) await client.destroyApp(plan.app, true);
    throw error;
  }
}

async function pushed(image: string, { push, progress }: DeployDeps): Promise<void> {
  if (push === undefined) return;
  progress.start("push", `Pushing ${image}`);
  try {
    await push(image);
    progress.done("push");
  } catch (error) {
    progress.fail("push");
    throw error;
  }
}

function showKept(plan: DeployPlan, progress: ProgressReporter): void {
  for (const step of plan.steps) {
    if (step.op !== "keep") continue;
    progress.start(step.machine, `${step.machine} [${step.group}] in ${step.region}`);
    progress.done(step.machine, "unchanged");
  }
}

const servesAny = (config: AppConfig, plan: DeployPlan): boolean =>
  config.services.length > 0 || plan.groups.some((group) => (group.config.services ?? []).length > 0);

/**
 * Deploys. Either every machine runs the new version, or everything is as before and the error says why.
 * @throws the codes of building, of the planet's start, of the planner and of machines that do not become healthy
 */
export async function deploy(input: DeployInput, deps: DeployDeps): Promise<DeployResult> {
  const { config } = input.loaded;
  const { progress, clock, signal } = deps;
  const app = nameOf(input);
  const warnings = [...input.loaded.warnings.map(({ message }) => message), ...unsupportedSettings(config)];
  for (const warning of warnings) progress.log(`Warning: ${warning}`);
  const wanted = wantedRegions(config, input.regions, deps.regionNames);
  const { image, builder, digest } =
    input.plan === undefined
      ? await obtainImage(app, input.loaded, { ...input.build, image: input.image ?? input.build?.image }, deps)
      : { image: input.plan.image, builder: undefined, digest: await deps.imageId(input.plan.image) };
  const built = {
    app,
    image,
    warnings,
    ...(builder === undefined ? {} : { builder }),
    ...(digest === undefined ? {} : { digest }),
  };
  if (input.push === true) await pushed(image, deps);
  if (input.buildOnly === true) return { ...built, buildOnly: true, machines: [], urls: [] };
  const { client, httpPort, home } = await deps.ensurePlanet(wanted, config.primaryRegion ?? wanted[0]);

  const exists = await appExists(app, client);
  const fleet = createSteadyFleet(createControlFleet(client, app), { clock, launchId: randomUUID });
  if (exists && input.dryRun !== true)
    await recover(
      {
        ttlS: input.leaseTtlS ?? DEFAULT_LEASE_S,
        waitTimeoutMs: input.waitTimeoutMs ?? config.deploy.waitTimeoutMs ?? DEFAULT_WAIT_MS,
        maxUnavailable: input.maxUnavailable ?? config.deploy.maxUnavailable ?? DEFAULT_MAX_UNAVAILABLE,
      },
      { fleet, clock, signal, progress },
    );
  const seen: Seen = exists ? await look(fleet) : { machines: [], volumes: [], newest: undefined };
  const plan = input.plan ?? planDeploy(planInput(app, image, input, seen, home, fleet.hasVolumes));
  if (input.dryRun === true) return { ...built, plan, cost: estimateCost(plan, seen.machines), machines: [], urls: [] };
  if (plan.questions.length > 0 && input.agreed !== true)
    return { ...built, plan, questions: plan.questions, machines: [], urls: [] };
  showKept(plan, progress);
  const { release, machines } = await carryOut(plan, digest, input, deps, client, !exists);
  return {
    ...built,
    ...(release === undefined ? {} : { release: release.version }),
    machines,
    urls: urlsOf(app, servesAny(config, plan), machines, httpPort),
  };
}
