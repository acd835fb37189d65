// Wire shapes of the platform's web API (/api/v1 beside the Machines API): records of releases, and logs.
import { z } from "zod";

/** One release. Who made it comes as a name, or as an object that has one. */
export const FlyReleaseSchema = z.looseObject({
  id: z.union([z.string(), z.int()]).transform(String),
  version: z.int(),
  /** pending, running, complete, failed, interrupted; in whatever case. */
  status: z.string(),
  in_progress: z.boolean().optional(),
  stable: z.boolean().optional(),
  strategy: z.string().optional(),
  user: z.union([z.string(), z.looseObject({ email: z.string().optional(), name: z.string().optional() })]).optional(),
  created_at: z.string(),
  image_ref: z.string().optional(),
});
export type FlyRelease = z.infer<typeof FlyReleaseSchema>;

/** GET /api/v1/apps/{app}/releases */
export const FlyReleasesSchema = z.object({ releases: z.array(FlyReleaseSchema).default([]) });

/** POST /api/v1/releases */
export const CreateFlyReleaseSchema = z.looseObject({
  app_name: z.string(),
  image: z.string().max(512),
  strategy: z.string().max(40).optional(),
  definition: z.unknown(),
});

/** PATCH /api/v1/releases/{id} */
export const UpdateFlyReleaseSchema = z.looseObject({
  status: z.enum(["running", "complete", "failed", "interrupted"]),
  metadata: z
    .looseObject({ post_deployment_info: z.looseObject({ error: z.string().max(4_000).optional() }).optional() })
    .optional(),
});

/** GET /api/v1/apps/{app}/logs */
export const LogPageSchema = z.object({
  data: z.array(
    z.looseObject({
      attributes: z.looseObject({
        timestamp: z.string(),
        message: z.string(),
        level: z.string().optional(),
        region: z.string().optional(),
        instance: z.string().optional(),
        meta: z.looseObject({ event: z.looseObject({ provider: z.string().optional() }).optional() }).optional(),
      }),
    }),
  ),
  meta: z.looseObject({ next_token: z.string().optional() }).optional(),
});
export type LogPage = z.infer<typeof LogPageSchema>;
