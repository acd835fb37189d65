// Deploys an app: configuration, image, target, plan, agreement, execution. Each step fails before the next one changes anything.
import { AppError } from "../../errors/app-error.ts";
import type { AppConfig } from "../../project/app-config.ts";
import path from "node:path";
import { loadMachineInputs } from "../config/load-machine-inputs.ts";
import { wantedRegions } from "../../project/wanted-regions.ts";
import { type Approach, approach } from "./approach.ts";
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
import type { DeployDeps, DeployInput, DeployResult, DeployTarget } from "./deploy-types.ts";
import { look } from "./execute/fleet.ts";
import type { DeployedMachine } from "./execute/run.ts";
import { localRepository, type ObtainedImage, obtainImage } from "./obtain-image.ts";
import { estimateCost } from "./plan/cost.ts";
import { planDeploy } from "./plan/plan-deploy.ts";
import type { DeployPlan, Strategy } from "./plan/plan-types.ts";
import { planInput } from "./plan-input.ts";
import { publishImage, withImage } from "./publish-image.ts";
import { unsupportedSettings } from "./unsupported.ts";

export type { DeployedMachine } from "./execute/run.ts";
export type { DeployDeps, DeployInput, DeployResult } from "./deploy-types.ts";

const servesAny = (config: AppConfig): boolean => config.services.length > 0;
const servesHttp = (config: AppConfig): boolean =>
  config.services.some(({ ports }) => ports.some(({ handlers }) => handlers.includes("http")));

function urlsOf(
  app: string,
  serves: boolean,
  machines: readonly DeployedMachine[],
  target: DeployTarget,
): readonly string[] {
  if (!serves || machines.length === 0) return [];
  const regions = machines.flatMap(({ region, action }) => (action === "destroyed" ? [] : [region]));
  return target.urlsOf(app, [...new Set(regions)].toSorted());
}

const strategyOf = ({ strategy, loaded }: DeployInput): Strategy =>
  strategy ?? loaded.config.deploy.strategy ?? "rolling";

function nameOf(input: DeployInput): string {
  const app = input.plan?.app ?? input.app ?? input.loaded.config.app;
  if (app !== undefined) return app;
  throw new AppError("CONFIG_INVALID", `${input.loaded.config.file} names no app`, {
    suggestions: ['app = "my-app" in the file', "--app my-app"],
  });
}

/** The first deploy of an app: it is made, and a failure takes it back. */
async function firstDeploy(
  make: (image: string) => DeployPlan,
  image: (push: boolean) => Promise<string>,
  options: ChangeOptions,
  deps: ChangeDeps,
  target: DeployTarget,
): Promise<Changed> {
  const plan = options.plan ?? withCreation(make(await image(false)), target);
  const { app } = plan;
  if (options.dryRun) return { app, image: plan.image, plan, cost: estimateCost(plan, []), machines: [] };
  if (plan.questions.length > 0 && !options.agreed)
    return { app, image: plan.image, plan, questions: plan.questions, machines: [] };
  await target.apps.create(app);
  try {
    return await applyPlan(withImage(plan, await image(true)), options, deps);
  } catch (error) {
    if (options.execution?.onFailure !== "keep") await target.apps.destroy(app);
    throw error;
  }
}

function withCreation(plan: DeployPlan, { creation }: DeployTarget): DeployPlan {
  if (creation === undefined) return plan;
  return {
    ...plan,
    questions: [{ kind: "app-created", text: `create the app "${plan.app}" ${creation}` }, ...plan.questions],
  };
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

/** The image of a deploy, built where it has to be. */
async function imageOf(
  app: string,
  input: DeployInput,
  deps: DeployDeps,
  meanwhile: () => void,
): Promise<ObtainedImage> {
  const { plan, loaded, build } = input;
  if (plan === undefined) {
    const repository = deps.registry?.repositoryOf(app) ?? localRepository(app);
    return obtainImage(repository, loaded, { ...build, image: input.image ?? build?.image }, deps, meanwhile);
  }
  const digest = await deps.imageId(plan.image);
  return { image: plan.image, named: "by content", ...(digest === undefined ? {} : { digest }) };
}

/**
 * Deploys. Either every machine runs the new version, or everything is as before and the error says why.
 * @throws the codes of building, of reaching the target, of the planner and of machines that do not become healthy
 */
export async function deploy(input: DeployInput, deps: DeployDeps): Promise<DeployResult> {
  const { config } = input.loaded;
  const { progress, clock, signal, registry } = deps;
  const app = nameOf(input);
  const warnings = [
    ...input.loaded.warnings.map(({ message }) => message),
    ...unsupportedSettings(config, strategyOf(input)),
  ];
  for (const warning of warnings) progress.log(`Warning: ${warning}`);
  const wanted = wantedRegions(config, input.regions, deps.regionNames);
  const inputs = await loadMachineInputs(config, path.dirname(input.loaded.file), deps);
  let reaching: Promise<Approach | undefined> | undefined;
  const reach = (): void => {
    if (input.buildOnly === true) return;
    reaching ??= deps.reach(wanted).then(
      (target) => (target === undefined ? undefined : approach(target, app, deps)),
      () => undefined,
    );
  };
  const obtained = await imageOf(app, input, deps, reach);
  reach();
  const published = (push: boolean): Promise<string> =>
    registry === undefined
      ? Promise.resolve(obtained.image)
      : publishImage(obtained, { app, push }, { ...deps, registry });
  const { builder, digest } = obtained;
  const built = {
    target: registry === undefined ? ("local" as const) : ("fly" as const),
    app,
    warnings,
    ...(builder === undefined ? {} : { builder }),
    ...(digest === undefined ? {} : { digest }),
  };
  if (input.push === true && registry === undefined) await pushed(obtained.image, deps);
  if (input.buildOnly === true)
    return { ...built, image: await published(input.push === true), buildOnly: true, machines: [], urls: [] };

  // What cannot be reached by now says why when it is reached for.
  const near = (await reaching) ?? approach(await deps.connect(wanted, config.primaryRegion ?? wanted[0]), app, deps);
  const { target, fleet } = near;
  const make = (image: string, seen: Seen): DeployPlan =>
    planDeploy(planInput(app, image, input, seen, target.home, fleet.hasVolumes, inputs));
  const options = changeOptions(input, digest);
  const change: ChangeDeps = {
    ...{ fleet, deployer: deps.deployer, clock, signal, progress },
    beforeFirstDeploy: servesAny(config) ? () => target.beforeFirstDeploy?.(app) ?? Promise.resolve() : undefined,
  };
  const changed =
    (await near.seen()) === undefined
      ? await firstDeploy(
          (image) => make(image, { machines: [], volumes: [], newest: undefined }),
          published,
          options,
          change,
          target,
        )
      : await deployAgain(make, published, options, change, near);
  // A plan that was not carried out has opened none.
  const doors = changed.plan === undefined ? await target.doorsOf?.(app) : undefined;
  return {
    ...{ ...built, ...changed, urls: urlsOf(app, servesHttp(config), changed.machines, target) },
    ...(doors === undefined ? {} : { doors }),
  };
}

/** A deploy of an app that is there. */
async function deployAgain(
  make: (image: string, seen: Seen) => DeployPlan,
  published: (push: boolean) => Promise<string>,
  options: ChangeOptions,
  deps: ChangeDeps,
  { seen, fleet }: Approach,
): Promise<Changed> {
  const image = await published(!options.dryRun);
  const plan = options.plan === undefined ? undefined : withImage(options.plan, image);
  // The app may have been destroyed while its image was pushed: then this look says so.
  const first = async (): Promise<Seen> => (await seen()) ?? look(fleet);
  return changeApp((now) => make(image, now), { ...options, plan }, deps, first);
}

function changeOptions(input: DeployInput, digest: string | undefined): ChangeOptions {
  const { deploy: section } = input.loaded.config;
  return {
    reason: input.reason ?? "deploy",
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
