// The adapters of a deploy, for `deploy` and `launch`: those of both targets, and the choice between them.
import { randomUUID } from "node:crypto";
import type { PlanetConnection } from "../client/planet-client.ts";
import { isRegionCode, suggestRegion } from "../emulator/index.ts";
import { loadAppConfig } from "../operations/config/load-app-config.ts";
import { deploy, type DeployDeps, type DeployInput, type DeployResult } from "../operations/deploy/deploy.ts";
import { appsOf } from "../operations/deploy/apps-of.ts";
import type { DeployTarget } from "../operations/deploy/deploy-types.ts";
import { createPlanetFleet } from "../operations/deploy/execute/planet-fleet.ts";
import { requirePlanet } from "../operations/planet/planet-access.ts";
import { ensureUp } from "../operations/planet/up.ts";
import { buildImage, dockerBuildDeps } from "../platform/docker-build.ts";
import { pushImage } from "../platform/docker-push.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Target } from "../operations/target/target.ts";
import type { Context } from "./context.ts";
import { deployerOf } from "./deployer.ts";
import { dockerConfigDir } from "./docker-config.ts";
import { buildReports, engineOf, planetAccessDeps, upDeps } from "./planet-context.ts";

export type TargetParts = Pick<DeployDeps, "regionNames" | "registry" | "connect">;

/** Deploys with the real engine to the target. */
export async function deployApp(
  context: Context,
  target: Target,
  input: DeployInput,
  version: string,
  progress: ProgressReporter,
): Promise<DeployResult> {
  const [{ runtime }, deployer, parts, files] = await Promise.all([
    engineOf(context),
    deployerOf(context, input.loaded.contextDir, version),
    partsOf(context, target, input, version, progress),
    context.files(),
  ]);
  const { signal, clock } = context;
  const docker = dockerBuildDeps(context.env["PATH"] ?? "");
  const onProgress = (text: string): void => progress.update("push", text);
  return deploy(input, {
    ...parts,
    files,
    build: (build) => buildImage({ ...build, ...buildReports(progress, "build"), signal }, docker),
    push: async (reference) =>
      void (await pushImage(reference, { configDir: dockerConfigDir(context), signal, clock, onProgress }, docker)),
    tagImage: runtime.tagImage,
    imageId: runtime.imageId,
    newKey: randomUUID,
    deployer,
    clock,
    signal,
    progress,
  });
}

async function partsOf(
  context: Context,
  target: Target,
  input: DeployInput,
  version: string,
  progress: ProgressReporter,
): Promise<TargetParts> {
  if (target.name === "local") return planetParts(context, input, version, progress);
  const { flyParts } = await import("./fly-deploy.ts");
  return flyParts(context, target, input, version, progress);
}

async function planetParts(
  context: Context,
  input: DeployInput,
  version: string,
  progress: ProgressReporter,
): Promise<TargetParts> {
  return {
    regionNames: { has: isRegionCode, suggest: suggestRegion },
    connect: async (regions, home) => {
      // A plan is made for what is there: it brings nothing up.
      if (input.dryRun === true) {
        const access = await requirePlanet(await planetAccessDeps(context));
        return planetTarget(access, access.httpPort, (await access.client.planet()).home);
      }
      const deps = await upDeps(context, progress);
      const { status, url, controlUrl } = await ensureUp(
        { regions, version, ...(home === undefined ? {} : { home }) },
        deps,
      );
      // No signal: an interrupted deploy still has to take back what it did.
      const connection = deps.connect({ baseUrl: controlUrl, token: await deps.home.token() });
      return planetTarget(connection, Number(new URL(url).port), status.home);
    },
  };
}

function planetTarget(connection: PlanetConnection, httpPort: number, home: string): DeployTarget {
  const { apps } = connection.api;
  return {
    name: "local",
    fleetOf: (app) => createPlanetFleet(connection, app),
    apps: appsOf(apps, "personal"),
    home,
    urlsOf: (app, regions) => [
      `http://${app}.localhost:${httpPort}`,
      ...regions.map((region) => `http://${region}.${app}.localhost:${httpPort}`),
    ],
  };
}

/** Deploys the app of a folder as its configuration says, for `launch`. */
export async function deployFolder(
  context: Context,
  target: Target,
  dir: string,
  agreed: Pick<DeployInput, "agreed" | "plan">,
  version: string,
  progress: ProgressReporter,
): Promise<DeployResult> {
  const loaded = await loadAppConfig({ dir }, { files: await context.files() });
  return deployApp(context, target, { loaded, regions: [], addresses: "public", ...agreed }, version, progress);
}
