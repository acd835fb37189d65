// /api/v1: what the platform's web API has beside the Machines API, so that whatever deploys there can deploy here too:
// records of releases, and logs by the page.
import { Hono } from "hono";
import type { Release } from "../../../contract/release.ts";
import {
  CreateFlyReleaseSchema,
  type FlyRelease,
  type LogPage,
  UpdateFlyReleaseSchema,
} from "../../../contract/web-api.ts";
import { AppError } from "../../../errors/app-error.ts";
import { ulid } from "../../model/ids.ts";
import type { ApiEnv } from "../auth.ts";
import type { ReleaseRecord } from "../store/release-records.ts";
import { queryNumber, readBody } from "./body.ts";
import type { PlanetRoutesDeps } from "./planet.ts";

const MOST_RELEASES = 200;
const PAGE_LINES = 100;
const MOST_LINES = 10_000;

export type WebApiDeps = Pick<PlanetRoutesDeps, "planet" | "logs" | "random" | "now">;

function view(release: Release): FlyRelease {
  const { id, version, status, strategy, user, created_at: createdAt, image } = release;
  return {
    ...{ id, version, status, user, image_ref: image, created_at: createdAt },
    strategy: strategy.toUpperCase(),
    stable: status === "complete",
    in_progress: status === "running",
  };
}

export function webApiRoutes({ planet: { store }, logs, random, now }: WebApiDeps): Hono<ApiEnv> {
  const requireApp = (app: string): string => {
    if (store.app(app) !== undefined) return app;
    throw new AppError("APP_NOT_FOUND", `Could not find App "${app}"`, { suggestions: ["hangar apps list"] });
  };
  /** The path of a release names no app, so that what a token may do is only known here. */
  const requireAllowed = (caller: ApiEnv["Variables"]["caller"], app: string): string => {
    if (caller.kind === "deploy" && caller.app !== app)
      throw new AppError("FORBIDDEN", `the token is for app "${caller.app}" only`);
    return requireApp(app);
  };
  const find = (id: string): ReleaseRecord => {
    for (const { name } of store.apps()) {
      const record = store.release(name, id);
      if (record !== undefined) return record;
    }
    throw new AppError("RELEASE_NOT_FOUND", `There is no release ${id}`);
  };
  const current = (app: string): Release | undefined => store.releases(app).find(({ status }) => status === "complete");

  return new Hono<ApiEnv>()
    .get("/apps/:app/releases", (context) => {
      const app = requireApp(context.req.param("app"));
      const limit = queryNumber(context, "limit", 25, 1, MOST_RELEASES);
      return context.json({ releases: store.releases(app).slice(0, limit).map(view) });
    })
    .get("/apps/:app/releases/current", (context) => {
      const release = current(requireApp(context.req.param("app")));
      if (release === undefined) throw new AppError("RELEASE_NOT_FOUND", "The app has no release that is complete");
      return context.json({ release: view(release) });
    })
    .post("/releases", async (context) => {
      const {
        app_name: name,
        image,
        strategy = "rolling",
        definition,
      } = await readBody(context, CreateFlyReleaseSchema);
      const app = requireAllowed(context.var.caller, name);
      const record = store.transaction((): ReleaseRecord => {
        const at = new Date(now()).toISOString();
        const made: ReleaseRecord = {
          ...{ app, image, id: ulid(now(), random), version: (store.releases(app)[0]?.version ?? 0) + 1 },
          ...{ status: "running", strategy: strategy.toLowerCase(), reason: "deploy", user: "-" },
          ...{ created_at: at, updated_at: at, definition: typeof definition === "object" ? { ...definition } : {} },
          // Nobody prolongs it: a deploy of the planet's own finds it and ends it, without taking anything back.
          lease_expires_at: now(),
        };
        store.putRelease(made);
        return made;
      });
      return context.json({ release: view(record) }, 201);
    })
    .patch("/releases/:id", async (context) => {
      const { status, metadata } = await readBody(context, UpdateFlyReleaseSchema);
      const record = find(context.req.param("id"));
      requireAllowed(context.var.caller, record.app);
      const error = metadata?.post_deployment_info?.error;
      const { lease_expires_at: expiry, ...rest } = record;
      const changed: ReleaseRecord = {
        ...rest,
        status,
        updated_at: new Date(now()).toISOString(),
        ...(status === "running" && expiry !== undefined ? { lease_expires_at: expiry } : {}),
        ...(error === undefined ? {} : { error }),
      };
      store.putRelease(changed);
      return context.json({ release: view(changed) });
    })
    .get("/apps/:app/logs", async (context) => {
      const app = requireApp(context.req.param("app"));
      const { next_token: after, region, instance: machine } = context.req.query();
      const filter = { ...(region === undefined ? {} : { region }), ...(machine === undefined ? {} : { machine }) };
      const tail = after === undefined ? PAGE_LINES : MOST_LINES;
      const lines: LogPage["data"] = [];
      for await (const entry of logs.read(app, { follow: false, tail, ...filter }, context.req.raw.signal)) {
        if (after !== undefined && entry.timestamp <= after) continue;
        const { timestamp, message, level = "info", provider = "app", machine: instance, region: place } = entry;
        const meta = { instance, region: place, event: { provider } };
        lines.push({ attributes: { timestamp, message, level, region: place, instance, meta } });
      }
      const page = lines.slice(0, PAGE_LINES);
      const last = page.at(-1)?.attributes.timestamp ?? after;
      return context.json({ data: page, meta: last === undefined ? {} : { next_token: last } } satisfies LogPage);
    });
}
