// Apps: making them, destroying them, and the tokens that deploy them.
import { z } from "zod";
import { type App, AppSchema } from "../../contract/apps.ts";
import { AppError } from "../../errors/app-error.ts";
import type { Clock } from "../../platform/clock.ts";
import { pathOf } from "./paths.ts";
import type { Transport } from "./transport.ts";

const AppsSchema = z.object({ apps: z.array(AppSchema).default([]) });
const TokenSchema = z.object({ token: z.string().min(1) });

export interface CreateAppRequest {
  readonly name: string;
  readonly org: string;
  /** A text that no other creation has: two with the same one make one app. */
  readonly key: string;
}

export interface AppsApi {
  list(org: string): Promise<App[]>;
  get(app: string): Promise<App>;
  /**
   * Makes an app and waits until the API knows it. Where the answer is lost, it is asked for once more by the same key.
   * @throws APP_NAME_TAKEN
   */
  create(request: CreateAppRequest): Promise<void>;
  /** Also its machines. */
  destroy(app: string): Promise<void>;
  /** A token that may do everything with one app. @param expiry a Go duration, e.g. "24h" */
  createDeployToken(app: string, expiry: string): Promise<string>;
}

export interface AppsApiDeps {
  readonly transport: Transport;
  readonly clock: Pick<Clock, "monotonic" | "sleep">;
  readonly signal?: AbortSignal | undefined;
}

/** A new app can be missing for this long, for all or for its own maker. */
const SETTLE_MS = 60_000;
const SETTLE_INTERVAL_MS = 500;
const UNSETTLED: ReadonlySet<string> = new Set(["APP_NOT_FOUND", "NOT_FOUND", "UNAUTHORIZED"]);

const codeOf = (error: unknown): string | undefined => (error instanceof AppError ? error.code : undefined);

/** The apps' part of the client. */
export function createAppsApi({ transport, clock, signal }: AppsApiDeps): AppsApi {
  const get = (app: string): Promise<App> => transport.fetch({ method: "GET", path: pathOf("apps", app) }, AppSchema);

  const post = ({ name, org, key }: CreateAppRequest): Promise<void> =>
    transport.send({
      method: "POST",
      path: pathOf("apps"),
      body: { name, org_slug: org, idempotency_key: key },
    });

  const settled = async (name: string): Promise<void> => {
    const endsAt = clock.monotonic() + SETTLE_MS;
    for (;;) {
      try {
        return void (await get(name));
      } catch (error) {
        if (!UNSETTLED.has(codeOf(error) ?? "") || clock.monotonic() >= endsAt) throw error;
      }
      await clock.sleep(SETTLE_INTERVAL_MS, signal);
    }
  };

  return {
    list: async (org) =>
      (await transport.fetch({ method: "GET", path: pathOf("apps"), query: { org_slug: org } }, AppsSchema)).apps,
    get,
    create: async (request) => {
      try {
        await post(request);
      } catch (lost) {
        if (codeOf(lost) !== "OUTCOME_UNKNOWN") throw lost;
        await post(request).catch((again: unknown) => {
          // An API that does not look at keys has made it the first time; whose it is, the look at it says.
          if (codeOf(again) !== "APP_NAME_TAKEN") throw again;
        });
      }
      await settled(request.name);
    },
    destroy: (app) => transport.send({ method: "DELETE", path: pathOf("apps", app), query: { force: true } }),
    createDeployToken: async (app, expiry) =>
      (
        await transport.fetch(
          { method: "POST", path: pathOf("apps", app, "deploy_token"), body: { expiry } },
          TokenSchema,
        )
      ).token,
  };
}
