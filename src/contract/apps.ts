// Wire shapes of apps and organizations.
import { z } from "zod";

export const AppSchema = z.looseObject({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  machine_count: z.int(),
  organization: z.looseObject({ name: z.string(), slug: z.string() }),
  network: z.string().optional(),
  /** RFC 3339; in the answer to a creation, seconds since the epoch. */
  created_at: z.union([z.string(), z.int()]).optional(),
});
export type App = z.infer<typeof AppSchema>;

const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** A name that can stand in a path and in a label of the engine. */
export const SlugSchema = z.string().regex(SLUG, "must be lower-case letters, digits and dashes, at most 63");

/** POST apps */
export const CreateAppSchema = z.looseObject({
  name: z.string().optional(),
  /** The older documentation's word for `name`. */
  app_name: z.string().optional(),
  org_slug: SlugSchema.optional(),
  network: SlugSchema.optional(),
  enable_subdomains: z.boolean().optional(),
  /** Two creations with one key make one app. */
  idempotency_key: z.string().min(1).max(255).optional(),
});

/** POST apps/{app}/deploy_token */
export const DeployTokenSchema = z.looseObject({
  /** A Go duration, as "24h". */
  expiry: z.string().max(40).optional(),
});

/** GET /hangar/v1/organizations */
export const OrganizationsSchema = z.object({
  organizations: z.array(
    z.object({ id: z.string(), slug: z.string(), name: z.string(), type: z.enum(["PERSONAL", "SHARED"]) }),
  ),
});
export type Organizations = z.infer<typeof OrganizationsSchema>;

/** GET /hangar/v1/organizations/{slug}/replays: which fly-replays lead to its apps beside those of their own network. */
export const ReplaySettingsSchema = z.object({
  /** Its apps may send requests to each other across their networks. */
  crossNetwork: z.boolean(),
  /** Slugs of the other organizations whose apps may send requests to its own. */
  sources: z.array(z.string()),
});
export type ReplaySettings = z.infer<typeof ReplaySettingsSchema>;

/** PATCH to the same. What is added and removed at once is removed. */
export const ChangeReplaySettingsSchema = z.strictObject({
  crossNetwork: z.boolean().optional(),
  add: z.array(z.string().max(63)).max(1_000).optional(),
  remove: z.array(z.string().max(63)).max(1_000).optional(),
});
export type ChangeReplaySettings = z.infer<typeof ChangeReplaySettingsSchema>;
