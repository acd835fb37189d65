// /hangar/v1/tokens: which tokens the planet gave out, and taking them back. The Machines API has no path for it.
import { Hono } from "hono";
import type { IssuedToken } from "../../../contract/tokens.ts";
import { AppError } from "../../../errors/app-error.ts";
import type { ApiEnv } from "../auth.ts";
import type { TokenRecord } from "../store/grant-tables.ts";
import type { PlanetRoutesDeps } from "./planet.ts";

function viewToken({ id, name, kind, organization, app, createdAt, expiresAtMs }: TokenRecord): IssuedToken {
  return {
    id,
    name,
    kind,
    organization,
    ...(app === undefined ? {} : { app }),
    created_at: createdAt,
    ...(expiresAtMs === undefined ? {} : { expires_at: new Date(expiresAtMs).toISOString() }),
  };
}

export function issuedTokenRoutes({ planet, now }: Pick<PlanetRoutesDeps, "planet" | "now">): Hono<ApiEnv> {
  const { grants } = planet.store;
  return new Hono<ApiEnv>()
    .get("/tokens", (context) => context.json({ tokens: grants.tokens().map(viewToken) }))
    .delete("/tokens/:id", (context) => {
      const id = context.req.param("id");
      if (!grants.revokeToken(id, new Date(now()).toISOString()))
        throw new AppError("NOT_FOUND", `There is no token "${id.slice(0, 80)}"`);
      return context.body(null, 204);
    });
}
