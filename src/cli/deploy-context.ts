// The adapters of a deploy to a planet, for `deploy` and `launch`.
import { isRegionCode, suggestRegion } from "../emulator/index.ts";
import { loadAppConfig } from "../operations/config/load-app-config.ts";
import { deploy, type DeployInput, type DeployResult } from "../operations/deploy/deploy.ts";
import { ensureUp } from "../operations/planet/up.ts";
import { buildImage, dockerBuildDeps } from "../platform/docker-build.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Context } from "./context.ts";
import { buildReports, upDeps } from "./planet-context.ts";

/** Deploys with the real engine and the planet that the command is about. */
export async function deployApp(
  context: Context,
  input: DeployInput,
  version: string,
  progress: ProgressReporter,
): Promise<DeployResult> {
  const deps = await upDeps(context, progress);
  const { signal, clock } = context;
  return deploy(input, {
    files: await context.files(),
    regionNames: { has: isRegionCode, suggest: suggestRegion },
    build: (build) =>
      buildImage({ ...build, ...buildReports(progress, "build"), signal }, dockerBuildDeps(context.env["PATH"] ?? "")),
    tagImage: deps.runtime.tagImage,
    ensurePlanet: async (regions, home) => {
      const { status, url, controlUrl } = await ensureUp(
        { regions, version, ...(home === undefined ? {} : { home }) },
        deps,
      );
      // No signal: an interrupted deploy still has to take back what it did.
      const client = deps.createClient({ baseUrl: controlUrl, token: await deps.home.token() });
      return { client, httpPort: Number(new URL(url).port), home: status.home };
    },
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
  return deployApp(context, { loaded, regions: [] }, version, progress);
}
