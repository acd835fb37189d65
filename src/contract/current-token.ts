// What the Machines API says of the token that it is asked with.
import { z } from "zod";

/** The answer of GET /v1/tokens/current. Everything may be missing: old tokens say less of themselves. */
export const CurrentTokenSchema = z.object({
  tokens: z
    .array(
      z.looseObject({
        token_id: z.string().optional(),
        user: z.string().optional(),
        organization: z.string().optional(),
        org_slug: z.string().optional(),
        apps: z.array(z.string()).nullish(),
      }),
    )
    .nullish(),
});
export type CurrentToken = z.infer<typeof CurrentTokenSchema>;
