// Wire shapes of a planet's list of tokens, for which the Machines API has no path.
import { z } from "zod";

/** A token without itself: it is shown once, when it is made. */
export const IssuedTokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.string(),
  organization: z.string(),
  /** Absent: good for all apps of the organization. */
  app: z.string().optional(),
  created_at: z.string(),
  /** Absent: never. */
  expires_at: z.string().optional(),
});
export type IssuedToken = z.infer<typeof IssuedTokenSchema>;

/** GET /hangar/v1/tokens */
export const IssuedTokensSchema = z.object({ tokens: z.array(IssuedTokenSchema) });
