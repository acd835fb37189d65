// The adapters of a deploy to Fly.io.
import { suggestRegion } from "../emulator/index.ts";
import { appsOf } from "../operations/deploy/apps-of.ts";
import type { DeployInput } from "../operations/deploy/deploy.ts";
import type { TargetRegistry } from "../operations/deploy/deploy-types.ts";
import { firstAddresses } from "../operations/deploy/fly/first-addresses.ts";
import type { ProgressReporter } from "../operations/progress.ts";
import type { Target } from "../operations/target/target.ts";
import { dockerBuildDeps } from "../platform/docker-build.ts";
import { pushImage } from "../platform/docker-push.ts";
import { findManifest } from "../platform/registry.ts";
import { registryOf } from "./auth-context.ts";
import type { Context } from "./context.ts";
import type { TargetParts } from "./deploy-context.ts";
import { dockerConfigDir } from "./docker-config.ts";
import { type FlyAccess, flyAccess } from "./fly-context.ts";

export async function flyParts(
  context: Context,
  target: Target,
  input: DeployInput,
  version: string,
  progress: ProgressReporter,
): Promise<TargetParts> {
  // No signal: an interrupted deploy still has to take back what it did.
  const access = await flyAccess({ ...context, signal: new AbortController().signal }, target);
  const { regions, nearest } = await access.client.platform.regions();
  const codes = new Set(regions.map(({ code }) => code));
  const organization = await organizationOf(context, access);
  return {
    regionNames: { has: (code) => codes.has(code), suggest: suggestRegion },
    registry: registryFor(context, access.token, progress),
    // Its clients are there already, and reaching it asks for nothing.
    reach: async () => undefined,
    connect: async () => ({
      name: "fly",
      fleetOf: (app) => access.fleetOf(app, version),
      apps: appsOf(access.client.apps, organization),
      home: nearest === "" ? (regions[0]?.code ?? "iad") : nearest,
      creation: `in the organization "${organization}" of Fly.io`,
      urlsOf: (app) => [access.urlOf(app)],
      beforeFirstDeploy: (app) =>
        firstAddresses(app, input.addresses ?? "public", { ips: access.client.ips, progress }),
    }),
  };
}

/** FLY_ORG, or the only organization of the token, or the personal one. */
async function organizationOf({ env }: Context, access: FlyAccess): Promise<string> {
  const named = [env["FLY_ORG"], env["FLY_ORGANIZATION"]].find((slug) => slug !== undefined && slug !== "");
  if (named !== undefined) return named;
  const [only, ...others] = await access.organizations().catch(() => []);
  return only !== undefined && others.length === 0 ? only : "personal";
}

function registryFor(context: Context, token: string, progress: ProgressReporter): TargetRegistry {
  const host = registryOf(context.env);
  const credentials = { host, user: "x", password: token };
  const { clock, signal, env } = context;
  return {
    repositoryOf: (app) => `${host}/${app}`,
    find: async (reference) => {
      const [name = "", tag = ""] = reference.slice(host.length + 1).split(":");
      const digest = await findManifest(credentials, name, tag, fetch, signal);
      return digest === undefined ? undefined : `${reference}@${digest}`;
    },
    push: async (reference) => {
      const onProgress = (text: string): void => progress.update("push", text);
      const options = { credentials, configDir: dockerConfigDir(context), clock, signal, onProgress };
      return `${reference}@${await pushImage(reference, options, dockerBuildDeps(env["PATH"] ?? ""))}`;
    },
  };
}
