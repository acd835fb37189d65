// /v1/apps and /v1/platform: the platform's words for apps and regions.
import { Hono } from "hono";
import { type App, CreateAppSchema } from "../../../contract/apps.ts";
import { AppError } from "../../../errors/app-error.ts";
import { machineId } from "../../model/ids.ts";
import type { AppRecord } from "../../model/records.ts";
import { queryFlag, readBody } from "./body.ts";
import type { PlanetRoutesDeps } from "./planet.ts";

const APP_NAME = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export function appRoutes({ planet, random, now, geography }: PlanetRoutesDeps): Hono {
  const { store, machines } = planet;

  const view = (app: AppRecord): App => {
    const own = store.machines({ app: app.name });
    return {
      id: app.id,
      name: app.name,
      status: own.some(({ desired }) => desired !== "destroyed") ? "deployed" : "pending",
      machine_count: own.length,
      volume_count: 0,
      organization: { name: app.organization, slug: app.organization },
      network: app.network,
      created_at: app.createdAt,
    };
  };
  const find = (name: string): AppRecord => {
    const app = store.app(name);
    if (app === undefined)
      throw new AppError("APP_NOT_FOUND", `Could not find App "${name}"`, { suggestions: ["hangar apps list"] });
    return app;
  };

  return new Hono()
    .get("/platform/regions", (context) =>
      context.json({
        regions: geography.codes.map((code) => ({
          code,
          name: geography.name(code),
          deprecated: false,
          gateway_available: true,
        })),
        nearest: planet.status().home,
      }),
    )
    .get("/apps", (context) => {
      const apps = store.apps().map(view);
      return context.json({ apps, total_apps: apps.length });
    })
    .post("/apps", async (context) => {
      const body = await readBody(context, CreateAppSchema);
      const name = body.name ?? body.app_name ?? "";
      if (!APP_NAME.test(name)) {
        throw new AppError(
          "APP_NAME_INVALID",
          `Validation failed: Name "${name.slice(0, 80)}" must be lower-case letters, digits and dashes, start with a letter and have at most 63 characters`,
        );
      }
      if (store.app(name) !== undefined)
        throw new AppError("APP_NAME_TAKEN", "Validation failed: Name has already been taken", {
          details: { status: "name_taken" },
        });
      store.insertApp({
        id: machineId(random),
        name,
        organization: body.org_slug ?? "personal",
        network: body.network ?? "default",
        createdAt: new Date(now()).toISOString(),
      });
      return context.json(view(find(name)), 201);
    })
    .get("/apps/:app", (context) => context.json(view(find(context.req.param("app")))))
    .delete("/apps/:app", (context) => {
      const { name } = find(context.req.param("app"));
      const own = store.machines({ app: name }).filter(({ desired }) => desired !== "destroyed");
      if (own.length > 0 && !queryFlag(context, "force")) {
        throw new AppError("MACHINE_STATE", `app "${name}" still has ${own.length} machines`, {
          suggestions: ["pass force=true to destroy them too"],
        });
      }
      for (const { id } of own) machines.destroy(name, id, true);
      store.deleteApp(name);
      return context.body(null, 202);
    });
}
