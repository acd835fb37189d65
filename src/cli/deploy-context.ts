// The adapters of a deploy, for `deploy` and `launch`: those of both targets, and the choice between them.
import { randomUUID } from "node:crypto";
import { isRegionCode, suggestRegion } from "../emulator/index.ts";
import { loadAppConfig } from "../operations/config/load-app-config.ts";
import { deploy, type DeployDeps, type DeployInput, type DeployResult } from "../operations/deploy/deploy.ts";
import { buildImage, dockerBuildDeps } from "../platform/docker-build.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Target } from "../operations/target/target.ts";
import type { Context } from "./context.ts";
import { deployerOf } from "./deployer.ts";
import { dockerConfigDir } from "./docker-config.ts";
import { builderMemoryOf, buildReports, engineOf } from "./planet-context.ts";

export type TargetParts = Pick<DeployDeps, "regionNames" | "registry" | "reach" | "connect">;

/** Deploys with the real engine to the target. */
export async function deployApp(
  context: Context,
  target: Target,
  input: DeployInput,
  version: string,
  progress: ProgressReporter,
): Promise<DeployResult> {
  const [{ runtime, preload }, parts, files, memory] = await Promise.all([
    engineOf(context),
    partsOf(context, target, input, version, progress),
    context.files(),
    builderMemoryOf(context),
  ]);
  const { signal, clock } = context;
  const docker = dockerBuildDeps(context.env["PATH"] ?? "", memory);
  const onProgress = (text: string): void => progress.update("push", text);
  const deployer = deployerOf(context, input.loaded.contextDir, version);
  return deploy(input, {
    ...parts,
    files,
    build: ({ onBegin, ...build }) => {
      const begin = (): void => {
        onBegin?.();
        preload();
        deployer().catch(() => undefined); // who asks later is told
      };
      return buildImage({ ...build, ...buildReports(progress, "build"), onBegin: begin, signal }, docker);
    },
    push: async (reference) => {
      const { pushImage } = await import("../platform/docker-push.ts");
      await pushImage(reference, { configDir: dockerConfigDir(context), signal, clock, onProgress }, docker);
    },
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
  if (target.name === "fly") {
    const { flyParts } = await import("./fly-deploy.ts");
    return flyParts(context, target, input, version, progress);
  }
  const planet = (): Promise<typeof import("./planet-deploy.ts")> => import("./planet-deploy.ts");
  return {
    regionNames: { has: isRegionCode, suggest: suggestRegion },
    reach: async (regions) => (await planet()).reachPlanet(context, regions),
    connect: async (regions, home) => {
      const { bringUpPlanet, lookAtPlanet } = await planet();
      // A plan is made for what is there: it brings nothing up.
      if (input.dryRun === true) return lookAtPlanet(context);
      return bringUpPlanet(context, { regions, home, version }, progress);
    },
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
