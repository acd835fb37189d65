// The adapters of a deploy to a planet, for `deploy` and `launch`.
import { isRegionCode, suggestRegion } from "../emulator/index.ts";
import { AppError } from "../errors/app-error.ts";
import { loadAppConfig } from "../operations/config/load-app-config.ts";
import { deploy, type DeployInput, type DeployResult } from "../operations/deploy/deploy.ts";
import { requirePlanet } from "../operations/planet/planet-access.ts";
import { ensureUp } from "../operations/planet/up.ts";
import { buildImage, dockerBuildDeps, pushImage } from "../platform/docker-build.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Context } from "./context.ts";
import { deployerOf } from "./deployer.ts";
import { buildReports, planetAccessDeps, upDeps } from "./planet-context.ts";
import { renderQuestions } from "./present/deploy.ts";

/** Deploys with the real engine and the planet that the command is about. */
export async function deployApp(
  context: Context,
  input: DeployInput,
  version: string,
  progress: ProgressReporter,
): Promise<DeployResult> {
  const [deps, deployer] = await Promise.all([
    upDeps(context, progress),
    deployerOf(context, input.loaded.contextDir, version),
  ]);
  const { signal, clock } = context;
  const docker = dockerBuildDeps(context.env["PATH"] ?? "");
  return deploy(input, {
    files: await context.files(),
    regionNames: { has: isRegionCode, suggest: suggestRegion },
    build: (build) => buildImage({ ...build, ...buildReports(progress, "build"), signal }, docker),
    push: (reference) => pushImage(reference, { signal, onLine: (line) => progress.update("push", line) }, docker),
    tagImage: deps.runtime.tagImage,
    imageId: deps.runtime.imageId,
    ensurePlanet: async (regions, home) => {
      // A plan is made for what is there: it brings nothing up.
      if (input.dryRun === true) {
        const { client, httpPort } = await requirePlanet(await planetAccessDeps(context));
        return { client, httpPort, home: (await client.planet()).home };
      }
      const { status, url, controlUrl } = await ensureUp(
        { regions, version, ...(home === undefined ? {} : { home }) },
        deps,
      );
      // No signal: an interrupted deploy still has to take back what it did.
      const client = deps.createClient({ baseUrl: controlUrl, token: await deps.home.token() });
      return { client, httpPort: Number(new URL(url).port), home: status.home };
    },
    deployer,
    clock,
    signal,
    progress,
  });
}

/** Deploys the app of a folder as its configuration says, for `launch`. */
export async function deployFolder(
  context: Context,
  dir: string,
  version: string,
  progress: ProgressReporter,
): Promise<DeployResult> {
  const loaded = await loadAppConfig({ dir }, { files: await context.files() });
  const result = await deployApp(context, { loaded, regions: [] }, version, progress);
  if (result.questions === undefined) return result;
  throw new AppError("CONFIRMATION_REQUIRED", renderQuestions(result.questions), { suggestions: ["hangar deploy"] });
}
