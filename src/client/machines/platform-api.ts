// What is about no app: regions and tokens.
import { z } from "zod";
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

export interface PlatformApi {
  regions(): Promise<{ readonly nearest: string; readonly regions: readonly ApiRegion[] }>;
  /** What the token of this client may do. */
  currentTokens(): Promise<CurrentToken[]>;
}

/** The part of the client that is about no app. */
export function createPlatformApi(transport: Transport): PlatformApi {
  return {
    regions: () => transport.fetch({ method: "GET", path: pathOf("platform", "regions") }, RegionsAnswerSchema),
    currentTokens: async () =>
      (await transport.fetch({ method: "GET", path: pathOf("tokens", "current") }, CurrentTokensSchema)).tokens,
  };
}
