// The HTTP face of control: the Machines API under /v1 and the planet's own endpoints under /hangar/v1.
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { CATALOGUE } from "../../errors/catalogue.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import { ulid } from "../model/ids.ts";
import { type ApiEnv, requireCaller } from "./auth.ts";
import { type CertificateIssuer, createCertificates } from "./certificates.ts";
import { createIpAddresses } from "./ip-addresses.ts";
import { errorBody } from "./error-body.ts";
import { appRoutes } from "./routes/apps.ts";
import { certificateRoutes } from "./routes/certificates.ts";
import { issuedTokenRoutes } from "./routes/issued-tokens.ts";
import { fileRoutes } from "./routes/files.ts";
import { machinePartRoutes } from "./routes/machine-parts.ts";
import { machineRoutes } from "./routes/machines.ts";
import { releaseRoutes } from "./routes/releases.ts";
import { orgRoutes } from "./routes/orgs.ts";
import { planetRoutes, type PlanetRoutesDeps } from "./routes/planet.ts";
import { platformRoutes } from "./routes/platform.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { volumeRoutes } from "./routes/volumes.ts";
import { webApiRoutes } from "./routes/web-api.ts";
import { sessionRoute } from "./sessions.ts";
import { createTokens } from "./tokens.ts";
import { tunnelRoute, tunnelRoutes } from "./tunnels.ts";
import { createUpgrades, type Upgrades } from "./upgrades.ts";
import type { ContainerRuntime } from "../runtime/container-runtime.ts";

/** Bodies larger than this are refused, as a protection; the largest real ones are a few KB. */
const MAX_BODY_BYTES = 1024 * 1024;
export interface ControlPlaneDeps extends Omit<PlanetRoutesDeps, "certificates"> {
  readonly token: string;
  readonly runtime: Pick<ContainerRuntime, "readArchive" | "writeArchive" | "inspectPath">;
  /** Address of control on the management network, accepted as Host beside loopback names. */
  readonly ownAddress: string;
  /** Undefined where the planet has no authority: certificates stay pending. */
  readonly issuer: CertificateIssuer | undefined;
}

export interface ControlPlane {
  /** Request to response. */
  readonly fetch: Hono<ApiEnv>["fetch"];
  readonly upgrades: Upgrades;
}

/** The control plane as functions, without a server. */
export function createControlPlane(deps: ControlPlaneDeps): ControlPlane {
  const { planet, geography, random, now } = deps;
  const app = new Hono<ApiEnv>();
  const tokens = createTokens({ store: planet.store, token: deps.token, now, random });
  const certificates = createCertificates({
    ...{ store: planet.store, issuer: deps.issuer, changed: planet.worldChanged, now, random, log: deps.log },
  });
  const ips = createIpAddresses({
    planet: { name: planet.name, block: planet.block, home: planet.home },
    store: planet.store,
    requireRegion: geography.requireRegion,
    now,
    random,
  });
  app.onError((thrown, context) => {
    const error = asAppError(thrown);
    if (error.code === "INTERNAL") deps.log(`internal error: ${error.stack ?? error.message}`);
    // The rest of a refused body is still on the wire: the connection cannot be used again.
    if (error.code === "REQUEST_TOO_LARGE") context.header("connection", "close");
    return context.json(errorBody(error, context.req.path), CATALOGUE[error.code].status as 500);
  });
  app.notFound((context) => context.text("404 page not found\n", 404));
  app.use(async (context, next) => {
    context.header("fly-request-id", `${ulid(now(), random)}-${planet.home}`);
    await next();
  });
  app.use(requireCaller(tokens, deps.ownAddress));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new AppError("REQUEST_TOO_LARGE", `the body is larger than ${MAX_BODY_BYTES} bytes`);
      },
    }),
  );
  // Whatever is checked before the body is there may have changed when a slow sender is done.
  app.use("/v1/*", async (context, next) => {
    if (context.req.method !== "GET") await context.req.text();
    await next();
  });
  for (const routes of [
    appRoutes({ planet, tokens, random, now }),
    machineRoutes({ planet }),
    machinePartRoutes({ planet }),
    volumeRoutes({ planet }),
    secretRoutes({ planet, now, random }),
    certificateRoutes({ planet, certificates, ips }),
    orgRoutes({ planet, geography }),
    platformRoutes({ planet, geography }),
    tokenRoutes({ planet, tokens, random, now }),
  ])
    app.route("/v1", routes);
  const tunnels = { ...deps, requireApp: planet.machines.requireApp };
  app.route("/hangar/v1", tunnelRoutes(tunnels));
  app.route("/hangar/v1", planetRoutes({ ...deps, certificates }));
  app.route("/hangar/v1", fileRoutes({ planet, runtime: deps.runtime }));
  app.route("/hangar/v1", releaseRoutes({ planet, random, now }));
  app.route("/hangar/v1", issuedTokenRoutes(deps));
  app.route("/api/v1", webApiRoutes(deps));
  const upgrades = createUpgrades({
    ...{ tokens, ownAddress: deps.ownAddress, log: deps.log },
    routes: [
      sessionRoute({ machine: planet.machines.present, inside: planet.inside, runtime: deps.runtime }),
      tunnelRoute(tunnels),
    ],
  });
  return { fetch: app.fetch, upgrades };
}
