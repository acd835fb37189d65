// /hangar/v1/apps/{app}/releases: the history of an app, and the lease of the deploy that runs.
import { Hono } from "hono";
import { z } from "zod";
import { BeginReleaseSchema, ChangeReleaseSchema } from "../../../contract/release.ts";
import { AppError } from "../../../errors/app-error.ts";
import { createReleases } from "../releases.ts";
import { queryNumber, readBody } from "./body.ts";
import type { PlanetRoutesDeps } from "./planet.ts";

const MOST = 200;
const AdoptSchema = z.object({ ttl_s: z.int().min(1).max(600) });

export function releaseRoutes({ planet, random, now }: Pick<PlanetRoutesDeps, "planet" | "random" | "now">): Hono {
  const releases = createReleases({ store: planet.store, random, now });
  const requireApp = (app: string): string => {
    if (planet.store.app(app) !== undefined) return app;
    throw new AppError("APP_NOT_FOUND", `Could not find App "${app}"`, { suggestions: ["hangar apps list"] });
  };
  const base = "/apps/:app/releases";
  return new Hono()
    .get(base, (context) =>
      context.json({
        releases: releases.list(requireApp(context.req.param("app")), queryNumber(context, "limit", 25, 1, MOST)),
      }),
    )
    .post(base, async (context) => {
      const app = requireApp(context.req.param("app"));
      return context.json(releases.begin(app, await readBody(context, BeginReleaseSchema)), 201);
    })
    .get(`${base}/:id`, (context) =>
      context.json(releases.get(requireApp(context.req.param("app")), context.req.param("id"))),
    )
    .post(`${base}/:id/adopt`, async (context) => {
      const app = requireApp(context.req.param("app"));
      const { ttl_s: ttlS } = await readBody(context, AdoptSchema);
      return context.json(releases.adopt(app, context.req.param("id"), ttlS));
    })
    .patch(`${base}/:id`, async (context) => {
      const app = requireApp(context.req.param("app"));
      return context.json(releases.change(app, context.req.param("id"), await readBody(context, ChangeReleaseSchema)));
    });
}
