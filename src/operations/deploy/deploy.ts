// Deploys an app to a planet: configuration, image, planet, machines. Each step fails before the next one changes anything.
import path from "node:path";
import type { ControlClient } from "../../client/control-client.ts";
import type { Machine } from "../../contract/machine.ts";
import { AppError } from "../../errors/app-error.ts";
import type { BuiltImage } from "../../platform/docker-build.ts";
import type { Clock } from "../../platform/clock.ts";
import type { AppConfig } from "../../project/app-config.ts";
import { toMachineConfig } from "../../project/machine-config.ts";
import { processGroups } from "../../project/process-groups.ts";
import { type RegionNames, wantedRegions } from "../../project/wanted-regions.ts";
import { declaredCounts } from "../../project/region-counts.ts";
import { findDockerfile } from "../config/find-dockerfile.ts";
import type { LoadedAppConfig } from "../config/load-app-config.ts";
import { loadMachineInputs, type LoadMachineInputsDeps } from "../config/load-machine-inputs.ts";
import type { ProgressReporter } from "../progress.ts";
import { machinesToDestroy, planGroup } from "./plan.ts";
import { unsupportedSettings } from "./unsupported.ts";
import { discard, type Rolled, rollOut } from "./rollout.ts";

export interface DeployInput {
  readonly loaded: LoadedAppConfig;
  /** Name of the app; the file's where absent. */
  readonly app?: string;
  readonly regions: readonly string[];
  /** An image to deploy instead of building one. */
  readonly image?: string;
  readonly waitTimeoutMs?: number;
  /** Replace machines too that run exactly this already. */
  readonly force?: boolean;
}

export interface DeployDeps {
  readonly files: LoadMachineInputsDeps["files"] & { exists(file: string): Promise<boolean> };
  readonly regionNames: RegionNames;
  readonly build: (input: {
    contextDir: string;
    dockerfile: string;
    tag: string;
    target?: string | undefined;
    args: Readonly<Record<string, string>>;
    ignorefile?: string | undefined;
  }) => Promise<BuiltImage>;
  readonly tagImage: (imageId: string, reference: string) => Promise<void>;
  /** Brings the planet up with the regions active, and gives the client of its control plane and its URL for clients. */
  readonly ensurePlanet: (
    regions: readonly string[],
    home: string | undefined,
  ) => Promise<{ readonly client: ControlClient; readonly httpPort: number; readonly home: string }>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: ProgressReporter;
}

export interface DeployedMachine {
  readonly id: string;
  readonly group: string;
  readonly region: string;
  readonly state: string;
  readonly action: "created" | "updated" | "unchanged";
  readonly version: string;
}

export interface DeployResult {
  readonly app: string;
  readonly image: string;
  readonly builder?: "buildkit" | "classic";
  readonly machines: readonly DeployedMachine[];
  /** Settings of the configuration that had no effect, in words. */
  readonly warnings: readonly string[];
  /** URLs on this machine: the app's own, and one for each region that it runs in. */
  readonly urls: readonly string[];
}

const DEFAULT_WAIT_MS = 300_000;
const DEFAULT_MAX_UNAVAILABLE = 0.33;

async function obtainImage(
  app: string,
  input: DeployInput,
  deps: DeployDeps,
): Promise<{ image: string; builder?: "buildkit" | "classic" }> {
  const { config, file, contextDir } = input.loaded;
  const given = input.image ?? config.build.image;
  if (given !== undefined) return { image: given };
  const configDir = path.dirname(file);
  const dockerfile = await findDockerfile({ build: config.build, configDir, contextDir }, deps);
  deps.progress.start("build", `Building ${path.relative(contextDir, dockerfile)}`);
  try {
    const { ignorefile, target, args } = config.build;
    const built = await deps.build({
      contextDir,
      dockerfile,
      tag: `hangar.local/${app}:latest`,
      target,
      args,
      ignorefile: ignorefile === undefined ? undefined : path.resolve(configDir, ignorefile),
    });
    // The name says the content, so that an unchanged image is an unchanged machine.
    const image = `hangar.local/${app}:${built.imageId.replace("sha256:", "").slice(0, 12)}`;
    await deps.tagImage(built.imageId, image);
    deps.progress.done("build", `${image} by ${built.builder === "buildkit" ? "BuildKit" : "the classic builder"}`);
    return { image, builder: built.builder };
  } catch (error) {
    deps.progress.fail("build");
    throw error;
  }
}

/** Makes the app if it is new; the result takes that back. */
async function ensureApp(app: string, client: ControlClient): Promise<() => Promise<void>> {
  try {
    await client.app(app);
    return async () => undefined;
  } catch (error) {
    if (!(error instanceof AppError && error.code === "APP_NOT_FOUND")) throw error;
  }
  await client.createApp(app);
  return () => client.destroyApp(app, true);
}

function urlsOf(app: string, config: AppConfig, machines: readonly Machine[], port: number): string[] {
  if (config.services.length === 0) return [];
  const regions = [...new Set(machines.map(({ region }) => region))].toSorted();
  return [`http://${app}.localhost:${port}`, ...regions.map((region) => `http://${region}.${app}.localhost:${port}`)];
}

/**
 * Deploys, one process group after the other. Either every machine of a group runs the new version, or the group is as
 * before and the error says why; groups that were done by then keep the new version.
 * @throws the codes of building, of the planet's start and of machines that do not become healthy
 */
export async function deploy(input: DeployInput, deps: DeployDeps): Promise<DeployResult> {
  const { config } = input.loaded;
  const app = input.app ?? config.app;
  if (app === undefined)
    throw new AppError("CONFIG_INVALID", `${config.file} names no app`, {
      suggestions: ['app = "my-app" in the file', "--app my-app"],
    });
  const warnings = [...input.loaded.warnings.map(({ message }) => message), ...unsupportedSettings(config)];
  for (const warning of warnings) deps.progress.log(`Warning: ${warning}`);
  const wanted = wantedRegions(config, input.regions, deps.regionNames);
  const inputs = await loadMachineInputs(config, path.dirname(input.loaded.file), deps);
  const { image, builder } = await obtainImage(app, input, deps);
  const { client, httpPort, home } = await deps.ensurePlanet(wanted, config.primaryRegion ?? wanted[0]);

  const undoApp = await ensureApp(app, client);
  try {
    const machines = await client.machines(app);
    const groups = processGroups(config);
    const plans = groups.map((group) =>
      planGroup(
        group,
        toMachineConfig(config, group, image, inputs),
        machines,
        // Numbers that are declared for other groups say nothing about this one.
        input.regions.length === 0 && config.regionCounts !== undefined ? [] : wanted,
        config.primaryRegion ?? home,
        input.force ?? false,
        // Regions of the flag win over the declared numbers.
        input.regions.length > 0 ? undefined : declaredCounts(config, group),
      ),
    );
    await discard(machinesToDestroy(machines, groups), app, client);
    const rollout = {
      app,
      waitTimeoutMs: input.waitTimeoutMs ?? config.deploy.waitTimeoutMs ?? DEFAULT_WAIT_MS,
      maxUnavailable: config.deploy.maxUnavailable ?? DEFAULT_MAX_UNAVAILABLE,
    };
    const rolled: (Rolled & { group: string })[] = [];
    for (const plan of plans) {
      for (const { id, region } of plan.unchanged) {
        deps.progress.start(id, `${id} [${plan.group}] in ${region}`);
        deps.progress.done(id, "unchanged");
      }
      rolled.push(
        ...(
          await rollOut(plan, rollout, { client, clock: deps.clock, signal: deps.signal, progress: deps.progress })
        ).map((one) => ({ ...one, group: plan.group })),
      );
      for (const { id, region } of plan.surplus)
        deps.progress.log(`${id} [${plan.group}] in ${region} is one too many`);
      await discard(plan.surplus, app, client);
    }
    return {
      app,
      image,
      warnings,
      ...(builder === undefined ? {} : { builder }),
      machines: rolled.map(({ machine, action, group }) => ({
        id: machine.id,
        group,
        region: machine.region,
        state: machine.state,
        action,
        version: machine.instance_id,
      })),
      urls: urlsOf(
        app,
        config,
        rolled.map(({ machine }) => machine),
        httpPort,
      ),
    };
  } catch (error) {
    await undoApp();
    throw error;
  }
}
