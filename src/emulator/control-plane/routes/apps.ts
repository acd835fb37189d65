// /v1/apps: the platform's words for apps, and the tokens that deploy them.
import { type Context, Hono } from "hono";
import { type App, CreateAppSchema, DeployTokenSchema } from "../../../contract/apps.ts";
import { AppError } from "../../../errors/app-error.ts";
import { machineId, type RandomBytes } from "../../model/ids.ts";
import type { AppRecord } from "../../model/records.ts";
import type { ApiEnv } from "../auth.ts";
import { internalId, PERSONAL, requireOrganization } from "../organizations.ts";
import type { Planet } from "../planet.ts";
import type { Tokens } from "../tokens.ts";
import { pageOf, readBody } from "./body.ts";

const APP_NAME = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const NOT_FOUND = "404 page not found\n";

export interface AppRoutesDeps {
  readonly planet: Planet;
  readonly tokens: Tokens;
  readonly random: RandomBytes;
  readonly now: () => number;
}

export function appRoutes({ planet, tokens, random, now }: AppRoutesDeps): Hono<ApiEnv> {
  const { store, machines, volumes } = planet;
  const nowIso = (): string => new Date(now()).toISOString();

  const view = (app: AppRecord): App => {
    const count = store.machineCount(app.name);
    return {
      id: app.id,
      internal_numeric_id: internalId(app.id),
      name: app.name,
      status: count > 0 ? "deployed" : "pending",
      machine_count: count,
      volume_count: store.volumes.countOf(app.name),
      organization: {
        name: app.organization,
        slug: app.organization,
        internal_numeric_id: internalId(app.organization),
      },
      network: app.network,
      cname_target: `${app.name}.localhost`,
      app_role: "fly_app",
      created_at: app.createdAt,
    };
  };
  const find = (name: string): AppRecord => {
    machines.requireApp(name);
    const app = store.app(name);
    if (app === undefined) throw new AppError("APP_NOT_FOUND", `Could not find App "${name}"`);
    return app;
  };
  const created = (context: Context, app: AppRecord): Response =>
    context.json({ ...view(app), created_at: Math.floor(Date.parse(app.createdAt) / 1_000) }, 201);

  return new Hono<ApiEnv>()
    .get("/apps", (context) => {
      const slug = context.req.query("org_slug") ?? "";
      if (slug === "") return context.text(NOT_FOUND, 404);
      requireOrganization(store, slug);
      const role = context.req.query("app_role") ?? "";
      const all = store
        .apps()
        .filter(({ organization }) => organization === slug)
        .map(view)
        .filter((app) => role === "" || app["app_role"] === role);
      const { items, next } = pageOf(context, all, ({ name }) => name, Number.MAX_SAFE_INTEGER);
      return context.json({
        apps: items,
        total_apps: all.length,
        ...(next === undefined ? {} : { next_cursor: next }),
      });
    })
    .post("/apps", async (context) => {
      const body = await readBody(context, CreateAppSchema);
      const name = body.name ?? body.app_name ?? "";
      const key = body.idempotency_key === undefined ? undefined : `app ${body.idempotency_key}`;
      const earlier = key === undefined ? undefined : store.app(store.grants.remembered(key, now()) ?? "");
      if (earlier !== undefined && (name === "" || name === earlier.name)) return created(context, earlier);
      if (!APP_NAME.test(name)) {
        throw new AppError(
          "APP_NAME_INVALID",
          `Validation failed: Name "${name.slice(0, 80)}" must be lower-case letters, digits and dashes, start with a letter and have at most 63 characters`,
        );
      }
      store.transaction(() => {
        if (store.app(name) !== undefined)
          throw new AppError("APP_NAME_TAKEN", "Validation failed: Name has already been taken", {
            details: { status: "name_taken" },
          });
        const organization = body.org_slug ?? PERSONAL;
        // An organization is there from its first app on.
        store.grants.insertOrganization({ slug: organization, id: machineId(random) }, nowIso());
        store.insertApp({
          id: machineId(random),
          name,
          organization,
          network: body.network ?? "default",
          createdAt: nowIso(),
        });
        if (key !== undefined) store.grants.remember(key, name, now());
      });
      return created(context, find(name));
    })
    .get("/apps/:app", (context) => context.json(view(find(context.req.param("app")))))
    .delete("/apps/:app", (context) => {
      const { name } = find(context.req.param("app"));
      store.transaction(() => {
        for (const { id, desired } of store.machines({ app: name })) {
          // A lease does not outlive its app.
          store.dropLease(id);
          if (desired !== "destroyed") machines.destroy(name, id, true);
        }
        volumes.destroyAll(name);
        store.deleteApp(name);
      });
      // Machines' ends are told one by one, and an app may have none.
      planet.worldChanged();
      return context.body(null, 202);
    })
    .post("/apps/:app/deploy_token", async (context) => {
      const app = find(context.req.param("app"));
      const { expiry } = await readBody(context, DeployTokenSchema);
      return context.json({ token: tokens.createDeployToken(app, expiry) });
    });
}
