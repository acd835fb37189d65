// The HTTP face of control: the Machines API under /v1 and the planet's own endpoints under /hangar/v1.
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { CATALOGUE } from "../../errors/catalogue.ts";
import { AppError, asAppError } from "../../errors/app-error.ts";
import { requireCaller } from "./auth.ts";
import { appRoutes } from "./routes/apps.ts";
import { machineRoutes } from "./routes/machines.ts";
import { releaseRoutes } from "./routes/releases.ts";
import { planetRoutes, type PlanetRoutesDeps } from "./routes/planet.ts";

/** Bodies larger than this are refused, as a protection; the largest real ones are a few KB. */
const MAX_BODY_BYTES = 1024 * 1024;

export interface ControlPlaneDeps extends PlanetRoutesDeps {
  readonly token: string;
  /** Address of control on the management network, accepted as Host beside loopback names. */
  readonly ownAddress: string;
}

/** The control plane as a function from request to response. */
export function createControlPlane(deps: ControlPlaneDeps): Hono {
  const app = new Hono();
  app.onError((thrown, context) => {
    const error = asAppError(thrown);
    if (error.code === "INTERNAL") deps.log(`internal error: ${error.stack ?? error.message}`);
    const body = {
      error: error.code === "INTERNAL" ? "internal server error" : error.message,
      code: error.code,
      suggestions: error.suggestions,
      ...(error.details === undefined ? {} : { details: error.details }),
    };
    // The rest of a refused body is still on the wire: the connection cannot be used again.
    if (error.code === "REQUEST_TOO_LARGE") context.header("connection", "close");
    return context.json(body, CATALOGUE[error.code].status as 500);
  });
  app.notFound((context) => context.text("404 page not found\n", 404));
  app.use(requireCaller(deps.token, deps.ownAddress));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new AppError("REQUEST_TOO_LARGE", `the body is larger than ${MAX_BODY_BYTES} bytes`);
      },
    }),
  );
  app.route("/v1", appRoutes(deps));
  app.route("/v1", machineRoutes(deps));
  app.route("/hangar/v1", planetRoutes(deps));
  app.route("/hangar/v1", releaseRoutes(deps));
  return app;
}
