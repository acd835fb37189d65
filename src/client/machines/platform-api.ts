// Apps, organizations, regions and tokens.
import { z } from "zod";
import { type App, AppSchema } from "../../contract/apps.ts";
import { RegionRowSchema } from "../../contract/platform.ts";
import { pathOf } from "./paths.ts";
import type { Transport } from "./transport.ts";

const ApiRegionSchema = RegionRowSchema.partial().required({ code: true, name: true });
export type ApiRegion = z.infer<typeof ApiRegionSchema>;

/** The platform's answer has its keys capitalised, the specification's has not. */
const RegionsAnswerSchema = z.preprocess(
  (value: unknown) =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([key, one]: [string, unknown]) => [key.toLowerCase(), one]))
      : value,
  z.object({ regions: z.array(ApiRegionSchema), nearest: z.string().default("") }),
);
const AppsSchema = z.object({ apps: z.array(AppSchema).default([]) });
const TokenSchema = z.object({ token: z.string().min(1) });

const CurrentTokensSchema = z.object({
  tokens: z
    .array(
      z.looseObject({
        token_id: z.string().optional(),
        user: z.string().optional(),
        org_slug: z.string().optional(),
        organization: z.string().optional(),
        apps: z.array(z.unknown()).optional(),
        restricted_to_machine: z.string().optional(),
        source_machine_id: z.string().optional(),
      }),
    )
    .default([]),
});
export type CurrentToken = z.infer<typeof CurrentTokensSchema>["tokens"][number];

export interface AppsApi {
  list(org: string): Promise<App[]>;
  get(app: string): Promise<App>;
  /** A token that may do everything with one app. @param expiry a Go duration, e.g. "24h" */
  createDeployToken(app: string, expiry: string): Promise<string>;
}

export interface PlatformApi {
  regions(): Promise<{ readonly nearest: string; readonly regions: readonly ApiRegion[] }>;
  /** What the token of this client may do. */
  currentTokens(): Promise<CurrentToken[]>;
}

/** The apps' part of the client. */
export function createAppsApi(transport: Transport): AppsApi {
  return {
    list: async (org) =>
      (await transport.fetch({ method: "GET", path: pathOf("apps"), query: { org_slug: org } }, AppsSchema)).apps,
    get: (app) => transport.fetch({ method: "GET", path: pathOf("apps", app) }, AppSchema),
    createDeployToken: async (app, expiry) =>
      (
        await transport.fetch(
          { method: "POST", path: pathOf("apps", app, "deploy_token"), body: { expiry } },
          TokenSchema,
        )
      ).token,
  };
}

/** The part of the client that is about no app. */
export function createPlatformApi(transport: Transport): PlatformApi {
  return {
    regions: () => transport.fetch({ method: "GET", path: pathOf("platform", "regions") }, RegionsAnswerSchema),
    currentTokens: async () =>
      (await transport.fetch({ method: "GET", path: pathOf("tokens", "current") }, CurrentTokensSchema)).tokens,
  };
}
