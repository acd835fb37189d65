// Deploys an app: configuration, image, target, plan, agreement, execution. Each step fails before the next one changes anything.
import { randomUUID } from "node:crypto";
import type { ControlClient } from "../../client/control-client.ts";
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import path from "node:path";
import { loadMachineInputs } from "../config/load-machine-inputs.ts";
import type { MachineInputs } from "../../project/machine-config.ts";
import { wantedRegions } from "../../project/wanted-regions.ts";
import {
  applyPlan,
  changeApp,
  type ChangeDeps,
  type Changed,
  type ChangeOptions,
  DEFAULT_LEASE_S,
  DEFAULT_MAX_UNAVAILABLE,
  DEFAULT_WAIT_MS,
  type Seen,
} from "./change-app.ts";
import type { DeployDeps, DeployInput, DeployResult } from "./deploy-types.ts";
import { createControlFleet } from "./execute/control-fleet.ts";
import { createSteadyFleet } from "./execute/steady-fleet.ts";
import type { DeployedMachine } from "./execute/run.ts";
import { obtainImage } from "./obtain-image.ts";
import { estimateCost } from "./plan/cost.ts";
import { planDeploy } from "./plan/plan-deploy.ts";
import type { DeployPlan, PlanInput } from "./plan/plan-types.ts";
import { unsupportedSettings } from "./unsupported.ts";
import { groupWishes, releaseCommandOf } from "./wishes.ts";

export type { DeployedMachine } from "./execute/run.ts";
export type { DeployDeps, DeployInput, DeployResult } from "./deploy-types.ts";

async function appExists(app: string, client: ControlClient): Promise<boolean> {
  try {
    await client.app(app);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "APP_NOT_FOUND") return false;
    throw error;
  }
}

function urlsOf(app: string, serves: boolean, machines: readonly DeployedMachine[], port: number): string[] {
  if (!serves || machines.length === 0) return [];
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
  inputs: MachineInputs,
): PlanInput {
  const { config } = input.loaded;
  const groups = groupWishes(config, image, hasVolumes, inputs);
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

/** The first deploy of an app: it is made, and a failure takes it back. */
async function firstDeploy(
  plan: DeployPlan,
  options: ChangeOptions,
  deps: ChangeDeps,
  client: ControlClient,
): Promise<Changed> {
  const { app, image } = plan;
  if (options.dryRun) return { app, image, plan, cost: estimateCost(plan, []), machines: [] };
  await client.createApp(app);
  try {
    return await applyPlan(plan, options, deps);
  } catch (error) {
    if (options.execution?.onFailure !== "keep") await client.destroyApp(app, true);
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

const servesAny = (config: AppConfig): boolean => config.services.length > 0;

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
  const inputs = await loadMachineInputs(config, path.dirname(input.loaded.file), deps);
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

  const fleet = createSteadyFleet(createControlFleet(client, app), { clock, launchId: randomUUID });
  const make = (seen: Seen): DeployPlan =>
    planDeploy(planInput(app, image, input, seen, home, fleet.hasVolumes, inputs));
  const options = changeOptions(input, digest);
  const change = { fleet, deployer: deps.deployer, clock, signal, progress };
  const { image: _image, ...changed } = (await appExists(app, client))
    ? await changeApp(make, options, change)
    : await firstDeploy(input.plan ?? make({ machines: [], volumes: [], newest: undefined }), options, change, client);
  return { ...built, ...changed, urls: urlsOf(app, servesAny(config), changed.machines, httpPort) };
}

function changeOptions(input: DeployInput, digest: string | undefined): ChangeOptions {
  const { deploy: section } = input.loaded.config;
  return {
    reason: "deploy",
    agreed: input.agreed ?? false,
    dryRun: input.dryRun ?? false,
    plan: input.plan,
    digest,
    waitTimeoutMs: input.waitTimeoutMs ?? section.waitTimeoutMs ?? DEFAULT_WAIT_MS,
    maxUnavailable: input.maxUnavailable ?? section.maxUnavailable ?? DEFAULT_MAX_UNAVAILABLE,
    execution: {
      onFailure: input.noRollback === true ? "keep" : "roll-back",
      smokeChecks: input.smokeChecks ?? true,
      detach: input.detach ?? false,
      leaseTtlS: input.leaseTtlS ?? DEFAULT_LEASE_S,
    },
  };
}
