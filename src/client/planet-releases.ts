// The releases of a planet's apps, with the lease of the deploy that runs. The platform has no path for either.
import { z } from "zod";
import {
  type BeginRelease,
  type ChangeRelease,
  type HeldRelease,
  HeldReleaseSchema,
  type Release,
  type ReleaseDetail,
  ReleaseDetailSchema,
  ReleaseSchema,
} from "../contract/release.ts";
import type { Transport } from "./machines/transport.ts";

export interface PlanetReleases {
  /** Newest first. */
  list(app: string, limit?: number): Promise<Release[]>;
  /** @throws RELEASE_NOT_FOUND */
  get(app: string, id: string): Promise<ReleaseDetail>;
  /** @throws DEPLOY_RUNNING */
  begin(app: string, body: BeginRelease): Promise<HeldRelease>;
  /** Takes over a release whose holder is gone. @throws DEPLOY_RUNNING */
  adopt(app: string, id: string, ttlS: number): Promise<HeldRelease>;
  /** @throws CONFLICT the release is no longer the caller's */
  change(app: string, id: string, body: ChangeRelease): Promise<ReleaseDetail>;
}

const DEFAULT_LIMIT = 25;
const ReleasesSchema = z.object({ releases: z.array(ReleaseSchema) });

/** The releases' part of a planet's client. */
export function createPlanetReleases(transport: Transport): PlanetReleases {
  const at = (app: string, ...rest: readonly string[]): string =>
    ["/hangar/v1/apps", encodeURIComponent(app), "releases", ...rest.map(encodeURIComponent)].join("/");
  return {
    list: async (app, limit = DEFAULT_LIMIT) =>
      (await transport.fetch({ method: "GET", path: at(app), query: { limit } }, ReleasesSchema)).releases,
    get: (app, id) => transport.fetch({ method: "GET", path: at(app, id) }, ReleaseDetailSchema),
    begin: (app, body) => transport.fetch({ method: "POST", path: at(app), body }, HeldReleaseSchema),
    adopt: (app, id, ttlS) =>
      transport.fetch({ method: "POST", path: at(app, id, "adopt"), body: { ttl_s: ttlS } }, HeldReleaseSchema),
    change: (app, id, body) => transport.fetch({ method: "PATCH", path: at(app, id), body }, ReleaseDetailSchema),
  };
}
