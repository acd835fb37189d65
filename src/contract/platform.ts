// Wire shapes of regions, placements and tokens.
import { z } from "zod";
import { GuestConfigSchema } from "./machine-config.ts";

export const RegionRowSchema = z.looseObject({
  code: z.string(),
  name: z.string(),
  latitude: z.number(),
  longitude: z.number(),
  gateway_available: z.boolean(),
  requires_paid_plan: z.boolean(),
  deprecated: z.boolean(),
  geo_region: z.string(),
});
/** GET platform/regions */
export const RegionsSchema = z.looseObject({ nearest: z.string(), regions: z.array(RegionRowSchema) });

/** POST platform/placements */
export const PlacementsSchema = z.looseObject({
  org_slug: z.string().max(63),
  compute: GuestConfigSchema.optional(),
  count: z.int().min(0).max(1_000).optional(),
  /** Region codes and the words "any", "eu" and so on, separated by commas. */
  region: z.string().max(1_000).optional(),
  volume_name: z.string().max(100).optional(),
  volume_size_bytes: z.int().min(0).optional(),
  weights: z.record(z.string().max(100), z.int()).optional(),
});

export const AuthenticateSchema = z.looseObject({ header: z.string().max(65_536) });

/** What a holder wants to do: letters of r, w, c, d and C. */
export const AuthorizeSchema = z.looseObject({
  header: z.string().max(65_536),
  access: z
    .looseObject({
      action: z
        .string()
        .regex(/^[rwcdC]*$/, "must be letters of r, w, c, d and C")
        .optional(),
      app_name: z.string().max(100).optional(),
      org_slug: z.string().max(100).optional(),
      machine_id: z.string().max(100).optional(),
      volume_id: z.string().max(100).optional(),
      app_feature: z.string().max(100).optional(),
      org_feature: z.string().max(100).optional(),
      machine_feature: z.string().max(100).optional(),
      mutation: z.string().max(100).optional(),
      command: z.array(z.string()).max(100).optional(),
      source_machine: z.string().max(100).optional(),
      storage_object: z.string().max(1_024).optional(),
    })
    .optional(),
});

export const OidcSchema = z.looseObject({
  aud: z.string().max(2_048).optional(),
  aws_principal_tags: z.boolean().optional(),
});
